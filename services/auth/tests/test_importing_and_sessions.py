"""Many accounts at once, and where an account is logged in: on the fake store and on a real database."""

from datetime import timedelta

import pytest
from servicekit.caller import Role
from servicekit.errors import InvalidError, UnauthenticatedError

from services.auth.domain.errors import AccountNotFoundError, SessionNotFoundError
from services.auth.domain.revocations import OF_USE
from services.auth.domain.sessions import ACCESS_TOKEN_LIFETIME
from services.auth.tests.world import PASSWORD, Person, World
from services.auth.use_cases.importing import MAX_ROWS, GivenRow

SITI = GivenRow("siti@example.com", "Siti Aminah", "Siti", Role.AGENT)
RAFI = GivenRow("rafi@example.com", "Rafi", "", Role.SUPERVISOR)


async def _emails(world: World, ada: Person) -> list[str]:
    return [account.email for account in await world.accounts.of_workspace(ada.account.workspace_id)]


async def test_a_dry_run_makes_nothing(world: World, ada: Person) -> None:
    results, applied = await world.importing(ada.caller, [SITI, RAFI], dry_run=True)
    assert not applied
    assert all(result.account is None and not result.link_token and not result.problem_reason for result in results)
    assert await _emails(world, ada) == ["ada@example.com"]


async def test_all_rows_become_accounts_with_links_that_work(world: World, ada: Person) -> None:
    results, applied = await world.importing(ada.caller, [SITI, RAFI], dry_run=False)
    assert applied
    assert sorted(await _emails(world, ada)) == ["ada@example.com", "rafi@example.com", "siti@example.com"]
    for result in results:
        await world.passwords.set_by_link(result.link_token, PASSWORD)
    assert (await world.log_in("rafi@example.com")).account.display_name == "Rafi"
    entries = await world.store.reader().audit_entries(ada.account.workspace_id)
    assert [entry.action for entry in entries[1:]] == ["account_created", "account_created"]


async def test_one_bad_row_and_nothing_is_made_and_each_row_says_what_is_wrong(world: World, ada: Person) -> None:
    other = await world.administrator("Globex", "gus@example.com")
    rows = [
        SITI,
        GivenRow("nonsense", "Eve", "", Role.AGENT),
        GivenRow("eve@example.com", "", "", Role.AGENT),
        GivenRow("eve@example.com", "Eve", "", 9),
        GivenRow("SITI@example.com", "Siti again", "", Role.AGENT),
        GivenRow("GUS@example.com", "Gus", "", Role.AGENT),
    ]
    results, applied = await world.importing(ada.caller, rows, dry_run=False)
    assert not applied
    assert [(result.problem_reason, result.problem_field) for result in results] == [
        ("", ""),
        ("INVALID", "email"),
        ("INVALID", "name"),
        ("INVALID", "role"),
        ("EMAIL_REPEATED", "email"),
        ("EMAIL_TAKEN", "email"),
    ]
    assert not any(result.link_token for result in results)
    assert await _emails(world, ada) == ["ada@example.com"]
    assert await _emails(world, other) == ["gus@example.com"]


@pytest.mark.parametrize("count", [0, MAX_ROWS + 1])
async def test_an_import_has_rows_but_not_too_many(world: World, ada: Person, count: int) -> None:
    with pytest.raises(InvalidError, match="rows"):
        await world.importing(ada.caller, [SITI] * count, dry_run=True)


async def test_an_owner_ends_one_of_their_sessions_and_no_elses(world: World, ada: Person, budi: Person) -> None:
    phone = await world.log_in("budi@example.com")
    await world.account_sessions.end_own(budi.caller, phone.caller.session_id)
    await world.account_sessions.end_own(budi.caller, phone.caller.session_id)
    assert [session.id for session in await world.sessions.own_sessions(budi.caller)] == [budi.caller.session_id]
    for foreign in (ada.caller.session_id, "nothing"):
        with pytest.raises(SessionNotFoundError):
            await world.account_sessions.end_own(budi.caller, foreign)
    with pytest.raises(UnauthenticatedError):
        await world.tokens.verify(phone.login.tokens.access_token)


async def test_an_administrator_ends_one_session_or_all_and_it_is_written_down(world: World, ada: Person, budi: Person) -> None:
    phone = await world.log_in("budi@example.com")
    assert len(await world.account_sessions.of(ada.caller, budi.account.id)) == 2
    await world.account_sessions.end(ada.caller, budi.account.id, phone.caller.session_id)
    await world.account_sessions.end(ada.caller, budi.account.id, phone.caller.session_id)
    with pytest.raises(SessionNotFoundError):
        await world.account_sessions.end(ada.caller, budi.account.id, ada.caller.session_id)
    await world.account_sessions.end(ada.caller, budi.account.id, "")
    assert await world.account_sessions.of(ada.caller, budi.account.id) == []
    with pytest.raises(UnauthenticatedError):
        await world.tokens.verify(budi.login.tokens.access_token)
    entries = await world.store.reader().audit_entries(ada.account.workspace_id)
    assert [entry.details["which"] for entry in entries if entry.action == "sessions_ended"] == [phone.caller.session_id, "all"]


async def test_no_session_of_another_workspace_is_seen_or_ended(world: World, ada: Person) -> None:
    gus = await world.administrator("Globex", "gus@example.com")
    with pytest.raises(AccountNotFoundError):
        await world.account_sessions.of(gus.caller, ada.account.id)
    with pytest.raises(AccountNotFoundError):
        await world.account_sessions.end(gus.caller, ada.account.id, "")


async def test_a_process_that_starts_anew_accepts_nothing_that_was_revoked_before(world: World, ada: Person, budi: Person) -> None:
    # It is told of the last hour only: every access token that was revoked earlier has run out by itself.
    assert ACCESS_TOKEN_LIFETIME < OF_USE / 2
    await world.account_sessions.end(ada.caller, budi.account.id, "")
    world.clock.advance(ACCESS_TOKEN_LIFETIME - timedelta(seconds=1))
    told, _ = await world.trust.revocations_since(0)
    assert budi.account.id in [one.id for one in told]
