"""Accounts, keys, the first administrator, the audit log, and that no workspace sees another."""

import asyncio
from datetime import timedelta

import pytest
from servicekit.caller import Role
from servicekit.errors import AlreadyExistsError, InvalidError, ServiceError, UnauthenticatedError

from services.auth.domain.errors import AccountNotFoundError, EmailTakenError, KeyInvalidError, KeyNotFoundError, LastAdministratorError, LoginFailedError
from services.auth.domain.revocations import RevocationKind
from services.auth.tests.world import PASSWORD, Person, World
from services.auth.use_cases.accounts import AccountChange


async def test_a_display_name_stands_beside_the_real_one(world: World, ada: Person) -> None:
    account, _ = await world.accounts.create(ada.caller, "siti@example.com", "Siti Rahma", "", Role.SUPERVISOR)
    assert (account.name, account.display_name) == ("Siti Rahma", "Siti Rahma")
    changed = await world.accounts.update(ada.caller, account.id, AccountChange(display_name="Siti"))
    assert (changed.name, changed.display_name, changed.role) == ("Siti Rahma", "Siti", Role.SUPERVISOR)


async def test_an_email_belongs_to_one_account_of_the_installation(world: World, ada: Person) -> None:
    other = await world.administrator("Globex", "gus@example.com")
    with pytest.raises(EmailTakenError):
        await world.accounts.create(other.caller, "ADA@example.com", "Ada", "", Role.AGENT)
    answers = await asyncio.gather(
        *(world.accounts.create(who.caller, "siti@example.com", "Siti", "", Role.AGENT) for who in (ada, other) * 5), return_exceptions=True
    )
    assert sum(isinstance(answer, EmailTakenError) for answer in answers) == len(answers) - 1


async def test_another_role_revokes_the_tokens_but_not_the_session(world: World, ada: Person, budi: Person) -> None:
    await world.accounts.update(ada.caller, budi.account.id, AccountChange(role=Role.SUPERVISOR))
    with pytest.raises(UnauthenticatedError):
        await world.tokens.verify(budi.login.tokens.access_token)
    renewed = await world.sessions.refresh(budi.login.tokens.refresh_token)
    assert (await world.tokens.verify(renewed.access_token)).role is Role.SUPERVISOR


async def test_every_change_of_role_revokes_even_within_one_instant(world: World, ada: Person, budi: Person) -> None:
    token = budi.login.tokens
    for role in (Role.SUPERVISOR, Role.AGENT, Role.SUPERVISOR):
        await world.accounts.update(ada.caller, budi.account.id, AccountChange(role=role))
        with pytest.raises(UnauthenticatedError):
            await world.tokens.verify(token.access_token)
        token = await world.sessions.refresh(token.refresh_token)
        assert (await world.tokens.verify(token.access_token)).role is role


async def test_disabling_ends_everything_and_says_so(world: World, ada: Person, budi: Person) -> None:
    _, since = await world.trust.revocations_since(0)
    await world.accounts.update(ada.caller, budi.account.id, AccountChange(disabled=True))
    with pytest.raises(UnauthenticatedError):
        await world.tokens.verify(budi.login.tokens.access_token)
    revocations, _ = await world.trust.revocations_since(since)
    assert [(one.kind, one.id, one.disabled, one.workspace_id) for one in revocations] == [
        (RevocationKind.ACCOUNT, budi.account.id, True, budi.account.workspace_id)
    ]
    await world.accounts.update(ada.caller, budi.account.id, AccountChange(disabled=False))
    assert await world.sessions.own_sessions(budi.caller) == []
    await world.log_in("budi@example.com")


@pytest.mark.parametrize("change", [AccountChange(role=Role.AGENT), AccountChange(disabled=True)])
async def test_the_last_administrator_stays(world: World, ada: Person, change: AccountChange) -> None:
    # One who has set no password yet could not help.
    await world.accounts.create(ada.caller, "new@example.com", "New", "", Role.ADMINISTRATOR)
    await world.administrator("Globex", "gus@example.com")
    with pytest.raises(LastAdministratorError):
        await world.accounts.update(ada.caller, ada.account.id, change)


async def test_of_administrators_who_demote_each_other_at_once_one_stays(world: World, ada: Person) -> None:
    people = [ada] + [await world.colleague(ada, f"admin{number}@example.com", Role.ADMINISTRATOR) for number in range(4)]
    answers = await asyncio.gather(
        *(world.accounts.update(ada.caller, person.account.id, AccountChange(role=Role.AGENT)) for person in people), return_exceptions=True
    )
    assert sum(isinstance(answer, LastAdministratorError) for answer in answers) == 1
    assert sum(account.role is Role.ADMINISTRATOR for account in await world.accounts.of_workspace(ada.account.workspace_id)) == 1


async def test_a_workspace_neither_sees_nor_changes_another(world: World, ada: Person) -> None:
    gus = await world.administrator("Globex", "gus@example.com")
    key, _ = await world.api_keys.create(ada.caller, "shop bot", "")
    attempts = [
        world.accounts.update(gus.caller, ada.account.id, AccountChange(disabled=True)),
        world.accounts.issue_password_link(gus.caller, ada.account.id),
        world.trust.agent(gus.account.workspace_id, ada.account.id),
    ]
    for attempt in attempts:
        with pytest.raises(AccountNotFoundError):
            await attempt
    with pytest.raises(KeyNotFoundError):
        await world.api_keys.revoke(gus.caller, key.id)
    with pytest.raises(KeyNotFoundError):
        await world.api_keys.create(gus.caller, "theirs", key.platform_id)
    assert await world.api_keys.of_workspace(gus.account.workspace_id) == []
    assert [account.id for account in await world.accounts.of_workspace(gus.account.workspace_id)] == [gus.account.id]


@pytest.mark.parametrize("account_id", ["", "nobody", "\x00", '{"$gt": ""}'])
async def test_an_id_that_is_none_is_not_found(world: World, ada: Person, account_id: str) -> None:
    with pytest.raises(AccountNotFoundError):
        await world.accounts.update(ada.caller, account_id, AccountChange(name="Eve"))
    with pytest.raises(KeyNotFoundError):
        await world.api_keys.revoke(ada.caller, account_id)


async def test_a_key_speaks_for_its_platform_until_it_is_revoked(world: World, ada: Person) -> None:
    key, secret = await world.api_keys.create(ada.caller, "shop bot", "")
    world.clock.advance(timedelta(seconds=1))
    second, second_secret = await world.api_keys.create(ada.caller, "shop bot, new key", key.platform_id)
    assert (second.platform_id, second.platform_name) == (key.platform_id, "shop bot")
    verified = await world.api_keys.verify(secret)
    assert (verified.id, verified.workspace_id, verified.platform_name) == (key.id, ada.account.workspace_id, "shop bot")
    assert (await world.api_keys.of_workspace(ada.account.workspace_id))[0].last_used_at == world.clock.now()
    _, since = await world.trust.revocations_since(0)
    await world.api_keys.revoke(ada.caller, key.id)
    await world.api_keys.revoke(ada.caller, key.id)
    assert [(one.kind, one.id) for one in (await world.trust.revocations_since(since))[0]] == [(RevocationKind.API_KEY, key.id)]
    for unknown in (secret, "", "guess", "\ud800"):
        with pytest.raises(KeyInvalidError):
            await world.api_keys.verify(unknown)
    assert (await world.api_keys.verify(second_secret)).id == second.id


async def test_every_administrative_act_is_written_down_without_a_secret(world: World, ada: Person, budi: Person) -> None:
    await world.accounts.update(ada.caller, budi.account.id, AccountChange(role=Role.SUPERVISOR, name="Budi S"))
    await world.accounts.update(ada.caller, budi.account.id, AccountChange(role=Role.SUPERVISOR))
    link = await world.accounts.issue_password_link(ada.caller, budi.account.id)
    key, secret = await world.api_keys.create(ada.caller, "shop bot", "")
    await world.api_keys.revoke(ada.caller, key.id)
    with pytest.raises(LastAdministratorError):
        await world.accounts.update(ada.caller, ada.account.id, AccountChange(disabled=True))
    entries = await world.store.reader().audit_entries(ada.account.workspace_id)
    assert [(entry.action, entry.actor_id, entry.target_id) for entry in entries] == [
        ("administrator_created", "operator", ada.account.id),
        ("account_created", ada.account.id, budi.account.id),
        ("account_updated", ada.account.id, budi.account.id),
        ("password_link_issued", ada.account.id, budi.account.id),
        ("api_key_created", ada.account.id, key.id),
        ("api_key_revoked", ada.account.id, key.id),
    ]
    assert entries[2].details == {"role": "agent → supervisor", "name": "Budi Santoso → Budi S"}
    assert not any(hidden in str(entries) for hidden in (link, secret, PASSWORD))


async def test_the_operator_makes_an_administrator_once_and_resets_only_when_told(world: World, ada: Person) -> None:
    with pytest.raises(AlreadyExistsError):
        await world.first.create("acme", "ADA@example.com", "", reset=False)
    with pytest.raises(EmailTakenError):
        await world.first.create("Globex", "ada@example.com", "", reset=True)
    second = await world.colleague(ada, "siti@example.com", Role.ADMINISTRATOR)
    await world.accounts.update(second.caller, ada.account.id, AccountChange(disabled=True, role=Role.AGENT))
    with pytest.raises(LoginFailedError):
        await world.log_in("ada@example.com")
    link = await world.first.create("Acme", "ada@example.com", "", reset=True)
    await world.passwords.set_by_link(link, PASSWORD)
    assert (await world.log_in("ada@example.com")).account.role is Role.ADMINISTRATOR
    assert await world.store.reader().workspace_named("Globex") is None


@pytest.mark.parametrize(
    ("workspace", "email", "name", "field"), [("", "a@b.c", "", "workspace"), ("W", "nonsense", "", "email"), ("W", "a@b.c", "x\x00", "name")]
)
async def test_the_operators_bad_input_is_named(world: World, workspace: str, email: str, name: str, field: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        await world.first.create(workspace, email, name, reset=False)
    assert refusal.value.field == field


async def test_bad_input_creates_nothing(world: World, ada: Person) -> None:
    for email, name in [("nonsense", "Eve"), ("eve@example.com", ""), ("eve@example.com", "x" * 101), ("eve@example.com", "\x00")]:
        with pytest.raises(ServiceError):
            await world.accounts.create(ada.caller, email, name, "", Role.AGENT)
    with pytest.raises(InvalidError):
        await world.api_keys.create(ada.caller, "", "")
    assert len(await world.accounts.of_workspace(ada.account.workspace_id)) == 1
