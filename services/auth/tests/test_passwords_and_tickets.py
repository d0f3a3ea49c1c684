"""Passwords, one-time links and one-time tickets."""

import asyncio
from datetime import timedelta

import pytest
from servicekit.errors import InvalidError, UnauthenticatedError

from services.auth.domain.accounts import LINK_LIFETIME
from services.auth.domain.errors import LinkInvalidError, LoginFailedError, SessionEndedError, TicketInvalidError
from services.auth.domain.sessions import TICKET_LIFETIME
from services.auth.tests.world import PASSWORD, Person, World
from services.auth.use_cases.accounts import AccountChange
from services.auth.use_cases.sessions import LoggedIn

NEW_PASSWORD = "another one, quite long"


async def test_changing_the_password_ends_the_other_sessions(world: World, ada: Person) -> None:
    other = await world.log_in("ada@example.com")
    await world.passwords.change(ada.caller, PASSWORD, NEW_PASSWORD)
    assert (await world.tokens.verify(ada.login.tokens.access_token)).account_id == ada.account.id
    with pytest.raises(UnauthenticatedError):
        await world.tokens.verify(other.login.tokens.access_token)
    with pytest.raises(SessionEndedError):
        await world.sessions.refresh(other.login.tokens.refresh_token)
    with pytest.raises(LoginFailedError):
        await world.log_in("ada@example.com")
    await world.log_in("ada@example.com", NEW_PASSWORD)


async def test_the_old_password_must_be_right_and_the_new_one_fit(world: World, ada: Person) -> None:
    with pytest.raises(LoginFailedError):
        await world.passwords.change(ada.caller, "wrong password", NEW_PASSWORD)
    with pytest.raises(InvalidError) as refusal:
        await world.passwords.change(ada.caller, PASSWORD, "short")
    assert refusal.value.field == "new_password"
    await world.log_in("ada@example.com")


async def test_a_login_with_the_old_password_never_outlives_its_change(world: World, ada: Person) -> None:
    async def log_in() -> LoggedIn | None:
        try:
            return await world.sessions.login("ada@example.com", PASSWORD, "", "")
        except LoginFailedError:
            return None

    answers = await asyncio.gather(*(log_in() for _ in range(5)), world.passwords.change(ada.caller, PASSWORD, NEW_PASSWORD), *(log_in() for _ in range(5)))
    for done in filter(None, answers):
        with pytest.raises(UnauthenticatedError):
            await world.tokens.verify(done.tokens.access_token)
    assert [session.id for session in await world.sessions.own_sessions(ada.caller)] == [ada.caller.session_id]


async def test_a_link_works_once_and_ends_all_sessions(world: World, ada: Person, budi: Person) -> None:
    link = await world.accounts.issue_password_link(ada.caller, budi.account.id)
    await world.passwords.set_by_link(link, NEW_PASSWORD)
    with pytest.raises(UnauthenticatedError):
        await world.tokens.verify(budi.login.tokens.access_token)
    with pytest.raises(LinkInvalidError):
        await world.passwords.set_by_link(link, PASSWORD)
    await world.log_in("budi@example.com", NEW_PASSWORD)


async def test_of_ten_who_use_a_link_at_once_one_sets_the_password(world: World, ada: Person, budi: Person) -> None:
    link = await world.accounts.issue_password_link(ada.caller, budi.account.id)
    passwords = [f"password number {number}" for number in range(10)]
    answers = await asyncio.gather(*(world.passwords.set_by_link(link, password) for password in passwords), return_exceptions=True)
    assert [type(answer) for answer in answers].count(LinkInvalidError) == len(passwords) - 1
    await world.log_in("budi@example.com", passwords[answers.index(None)])


async def test_a_new_link_voids_the_former_and_an_unfit_password_leaves_it(world: World, ada: Person, budi: Person) -> None:
    former = await world.accounts.issue_password_link(ada.caller, budi.account.id)
    link = await world.accounts.issue_password_link(ada.caller, budi.account.id)
    with pytest.raises(LinkInvalidError):
        await world.passwords.set_by_link(former, NEW_PASSWORD)
    with pytest.raises(InvalidError):
        await world.passwords.set_by_link(link, "short")
    await world.passwords.set_by_link(link, NEW_PASSWORD)


async def test_a_link_runs_out_and_a_guess_at_one_costs_no_hash(world: World, ada: Person, budi: Person) -> None:
    link = await world.accounts.issue_password_link(ada.caller, budi.account.id)
    world.clock.advance(LINK_LIFETIME)
    before = world.hasher.hashes
    for token in (link, "guess", "\x00", "\ud800", '{"$gt": ""}'):
        with pytest.raises(LinkInvalidError):
            await world.passwords.set_by_link(token, NEW_PASSWORD)
    assert world.hasher.hashes == before


async def test_a_disabled_account_sets_no_password(world: World, ada: Person, budi: Person) -> None:
    link = await world.accounts.issue_password_link(ada.caller, budi.account.id)
    await world.accounts.update(ada.caller, budi.account.id, AccountChange(disabled=True))
    with pytest.raises(LinkInvalidError):
        await world.passwords.set_by_link(link, NEW_PASSWORD)


async def test_a_ticket_opens_one_socket_within_its_time(world: World, budi: Person) -> None:
    ticket = await world.sessions.issue_ticket(budi.caller)
    answers = await asyncio.gather(*(world.sessions.redeem_ticket(ticket) for _ in range(10)), return_exceptions=True)
    redeemed = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert [(one.account.id, one.session.id) for one in redeemed] == [(budi.account.id, budi.caller.session_id)]
    late = await world.sessions.issue_ticket(budi.caller)
    world.clock.advance(TICKET_LIFETIME)
    for token in (late, ticket, "", "guess", "\ud800", '{"$gt": ""}'):
        with pytest.raises(TicketInvalidError):
            await world.sessions.redeem_ticket(token)


async def test_a_ticket_dies_with_its_session(world: World, budi: Person) -> None:
    ticket = await world.sessions.issue_ticket(budi.caller)
    world.clock.advance(timedelta(seconds=1))
    await world.sessions.logout(budi.caller, everywhere=False)
    with pytest.raises(TicketInvalidError):
        await world.sessions.redeem_ticket(ticket)
