"""Logging in, refreshing, logging out."""

import asyncio
from datetime import timedelta

import pytest
from servicekit.errors import InvalidError, UnauthenticatedError

from services.auth.domain.errors import LoginFailedError, SessionEndedError
from services.auth.domain.sessions import REUSE_GRACE, SESSION_LIFETIME
from services.auth.tests.world import PASSWORD, Person, World
from services.auth.use_cases.accounts import AccountChange
from services.auth.use_cases.sessions import IssuedTokens


async def is_refused(world: World, token: str) -> bool:
    try:
        await world.tokens.verify(token)
    except UnauthenticatedError:
        return True
    return False


async def test_a_login_says_who_it_is_and_its_token_carries_it(world: World, budi: Person) -> None:
    assert budi.login.workspace_name == "Acme"
    assert budi.login.account.last_login_at == world.clock.now()
    assert (budi.caller.account_id, budi.caller.display_name, budi.caller.workspace_id) == (budi.account.id, "Budi", budi.account.workspace_id)
    assert (await world.log_in(" BUDI@Example.COM ")).account.id == budi.account.id


async def test_wrong_unknown_disabled_and_without_password_fail_in_the_same_words_after_one_verification(world: World, ada: Person, budi: Person) -> None:
    await world.accounts.update(ada.caller, budi.account.id, AccountChange(disabled=True))
    await world.accounts.create(ada.caller, "new@example.com", "New", "", ada.account.role)
    said = set()
    for email, password in [
        ("ada@example.com", "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("budi@example.com", PASSWORD),
        ("new@example.com", PASSWORD),
        ('{"$gt": ""}', '{"$gt": ""}'),
        ("a\x00\ud800", "\ud800" * 1000),
    ]:
        before = world.hasher.verifications
        with pytest.raises(LoginFailedError) as refusal:
            await world.log_in(email, password)
        assert world.hasher.verifications == before + 1
        said.add((refusal.value.reason, refusal.value.message, tuple(refusal.value.details)))
    assert len(said) == 1


@pytest.mark.parametrize(("email", "password", "field"), [("", PASSWORD, "email"), ("ada@example.com", "", "password")])
async def test_what_is_missing_is_named(world: World, email: str, password: str, field: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        await world.log_in(email, password)
    assert refusal.value.field == field


async def test_a_refresh_goes_on_and_the_old_token_ends_the_session_after_the_grace(world: World, ada: Person) -> None:
    first = ada.login.tokens.refresh_token
    second = (await world.sessions.refresh(first)).refresh_token
    assert (await world.sessions.refresh(first)).refresh_token == second
    world.clock.advance(REUSE_GRACE + timedelta(seconds=1))
    newest = await world.sessions.refresh(second)
    with pytest.raises(SessionEndedError):
        await world.sessions.refresh(first)
    with pytest.raises(SessionEndedError):
        await world.sessions.refresh(newest.refresh_token)
    assert await is_refused(world, newest.access_token)


async def test_twenty_refreshes_at_once_all_get_the_same_valid_child(world: World, ada: Person) -> None:
    async def refresh() -> IssuedTokens:
        return await world.sessions.refresh(ada.login.tokens.refresh_token)

    issued = await asyncio.gather(*(refresh() for _ in range(20)))
    assert len({one.refresh_token for one in issued}) == 1
    for one in issued:
        assert (await world.tokens.verify(one.access_token)).session_id == ada.caller.session_id
    world.clock.advance(REUSE_GRACE + timedelta(seconds=1))
    await world.sessions.refresh(issued[0].refresh_token)


async def test_twenty_thieves_at_once_end_the_session_once(world: World, ada: Person) -> None:
    await world.sessions.refresh(ada.login.tokens.refresh_token)
    world.clock.advance(REUSE_GRACE + timedelta(seconds=1))
    before = (await world.trust.revocations_since(0))[1]
    answers = await asyncio.gather(*(world.sessions.refresh(ada.login.tokens.refresh_token) for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {SessionEndedError}
    assert (await world.trust.revocations_since(0))[1] == before + 1


@pytest.mark.parametrize("token", ["", "nothing", ".", "a.b", "\x00.\x00", "\ud800.\ud800", '{"$gt": ""}.x'])
async def test_what_is_no_refresh_token_is_refused(world: World, token: str) -> None:
    with pytest.raises(SessionEndedError):
        await world.sessions.refresh(token)


async def test_a_session_runs_out_at_last(world: World, ada: Person) -> None:
    token = ada.login.tokens.refresh_token
    for _ in range(SESSION_LIFETIME.days):
        world.clock.advance(timedelta(days=1) - timedelta(seconds=1))
        token = (await world.sessions.refresh(token)).refresh_token
    world.clock.advance(timedelta(minutes=1))
    with pytest.raises(SessionEndedError):
        await world.sessions.refresh(token)


async def test_logging_out_ends_this_session_alone(world: World, ada: Person) -> None:
    other = await world.log_in("ada@example.com")
    await world.sessions.logout(ada.caller, everywhere=False)
    await world.sessions.logout(ada.caller, everywhere=False)
    assert await is_refused(world, ada.login.tokens.access_token)
    assert not await is_refused(world, other.login.tokens.access_token)
    assert [session.id for session in await world.sessions.own_sessions(other.caller)] == [other.caller.session_id]


async def test_logging_out_everywhere_ends_all_of_the_account_and_nobody_elses(world: World, ada: Person, budi: Person) -> None:
    other = await world.log_in("ada@example.com")
    await world.sessions.logout(ada.caller, everywhere=True)
    for person in (ada, other):
        assert await is_refused(world, person.login.tokens.access_token)
        with pytest.raises(SessionEndedError):
            await world.sessions.refresh(person.login.tokens.refresh_token)
    assert not await is_refused(world, budi.login.tokens.access_token)
    again = await world.log_in("ada@example.com")
    assert not await is_refused(world, again.login.tokens.access_token)


async def test_me_is_the_account_and_the_workspace(world: World, budi: Person) -> None:
    account, workspace = await world.sessions.me(budi.caller)
    assert (account.email, workspace) == ("budi@example.com", "Acme")
