"""Who calls: services by their own key, people by access tokens, and what a revocation ends."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from servicekit.access_tokens import AccessTokenVerifier, Revocation, RevokedKind
from servicekit.caller import Role, service_caller, user_caller
from servicekit.clock import SystemClock
from servicekit.errors import ForbiddenError, UnauthenticatedError, UnavailableError
from servicekit.identity import LIFETIME, RENEW_BEFORE, ServiceIdentity, ServiceTrust
from servicekit.service_auth import InternalAuthentication

from tests.harness.echo import CALLER, serving
from tests.harness.keys import Key

NOW = datetime.now(UTC)
# A token whose header is JSON nested deeper than Python reads.
DEEP = f"{b64encode(b'[' * 100_000).decode()}.e30.x"


@dataclass
class MovedClock:
    """A clock beside the real one by `ahead`."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Issuer:
    """auth, as a verifier sees it."""

    keys: list[Key]
    revoked: list[Revocation] = field(default_factory=list)
    away: bool = False
    revocations_away: bool = False
    asked_for_keys: int = 0

    async def jwks(self) -> str:
        self.asked_for_keys += 1
        self._answer()
        return json.dumps({"keys": [key.jwk for key in self.keys]})

    async def revocations(self, since: int) -> tuple[list[Revocation], int]:
        self._answer(away=self.revocations_away)
        return self.revoked[since:], len(self.revoked)

    def _answer(self, *, away: bool = False) -> None:
        if self.away or away:
            message = "away"
            raise UnavailableError(message)

    def verifier(self) -> AccessTokenVerifier:
        return AccessTokenVerifier(self.jwks, self.revocations, SystemClock())


def trust(**keys: list[Key]) -> ServiceTrust:
    return ServiceTrust("conversation", json.dumps({name: [key.jwk for key in of_service] for name, of_service in keys.items()}))


def token(key: Key, *, service: str = "realtime", audience: str = "conversation", ahead: timedelta = timedelta()) -> str:
    return ServiceIdentity(service, key.pem, MovedClock(ahead)).token_for(audience)


def test_a_service_is_known_by_its_own_key() -> None:
    key = Key("realtime")
    assert trust(realtime=[key]).verify(token(key)) == "realtime"


def test_of_two_keys_under_one_name_both_hold_so_that_keys_rotate_without_a_gap() -> None:
    old, new = Key("realtime"), Key("realtime")
    both = trust(realtime=[old, new])
    assert both.verify(token(old)) == both.verify(token(new)) == "realtime"


@pytest.mark.parametrize("ahead", [-LIFETIME - timedelta(seconds=6), LIFETIME])
def test_a_token_out_of_its_time_is_refused(ahead: timedelta) -> None:
    key = Key("realtime")
    with pytest.raises(UnauthenticatedError):
        trust(realtime=[key]).verify(token(key, ahead=ahead))


def test_a_token_for_another_service_is_refused() -> None:
    key = Key("realtime")
    with pytest.raises(UnauthenticatedError):
        trust(realtime=[key]).verify(token(key, audience="auth"))


def test_a_service_cannot_speak_as_another() -> None:
    key = Key("realtime")
    with pytest.raises(UnauthenticatedError):
        trust(realtime=[key], auth=[Key("auth")]).verify(token(key, service="auth"))


@pytest.mark.parametrize("garbage", ["", "x", "a.b.c", "é.é.é", "." * 10_000, DEEP, "\ud800"])
async def test_what_is_no_token_is_refused(garbage: str) -> None:
    with pytest.raises(UnauthenticatedError):
        trust(realtime=[Key("realtime")]).verify(garbage)
    verifier = Issuer([Key("k1")]).verifier()
    await verifier.poll()
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(garbage)


def test_an_unknown_service_is_refused() -> None:
    with pytest.raises(UnauthenticatedError):
        trust().verify(token(Key("realtime")))


def test_a_token_is_kept_while_fresh_and_signed_anew_before_it_runs_out() -> None:
    clock = MovedClock()
    identity = ServiceIdentity("realtime", Key("realtime").pem, clock)
    first = identity.token_for("auth")
    assert identity.token_for("auth") == first
    assert identity.token_for("conversation") != first
    clock.ahead = LIFETIME - RENEW_BEFORE + timedelta(seconds=1)
    assert identity.token_for("auth") != first


async def test_a_person_is_known_by_the_claims() -> None:
    key = Key("k1")
    issuer = Issuer([key])
    verifier = issuer.verifier()
    assert verifier.problem()
    await verifier.poll()
    assert not verifier.problem()
    caller = await verifier.verify(key.access_token("w", "budi", Role.SUPERVISOR, name="Budi Santoso", dn="Budi"))
    assert (caller.workspace_id, caller.account_id, caller.role, caller.name, caller.display_name) == ("w", "budi", Role.SUPERVISOR, "Budi Santoso", "Budi")


@pytest.mark.parametrize(
    "claims",
    [
        # The same name in every process that collects: the epoch is past whatever the clock says.
        {"exp": datetime(1970, 1, 2, tzinfo=UTC)},
        {"exp": None},
        {"aud": "other"},
        {"aud": None},
        {"iss": "other"},
        {"iss": None},
        {"sub": None},
        {"sid": None},
        {"ws": None},
        {"auth_at": None},
        {"auth_at": "soon"},
        {"role": None},
        {"role": 9},
        {"role": "administrator"},
    ],
    ids=str,
)
async def test_a_token_with_wrong_claims_is_refused(claims: Mapping[str, object]) -> None:
    key = Key("k1")
    verifier = Issuer([key]).verifier()
    await verifier.poll()
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(key.access_token("w", "budi", Role.AGENT, **claims))


async def test_a_token_by_another_key_of_the_same_name_is_refused() -> None:
    verifier = Issuer([Key("k1")]).verifier()
    await verifier.poll()
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(Key("k1").access_token("w", "budi", Role.AGENT))


async def test_a_new_key_is_found_at_once_and_an_old_one_forgotten_at_the_next_poll() -> None:
    old, new = Key("k1"), Key("k2")
    issuer = Issuer([old])
    verifier = issuer.verifier()
    await verifier.poll()
    issuer.keys = [new, old]
    await verifier.verify(new.access_token("w", "budi", Role.AGENT))
    issuer.keys = [new]
    await verifier.poll()
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(old.access_token("w", "budi", Role.AGENT))


async def test_unknown_keys_cost_one_question_a_poll() -> None:
    issuer = Issuer([Key("k1")])
    verifier = issuer.verifier()
    await verifier.poll()
    for number in range(5):
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(Key(f"forged {number}").access_token("w", "budi", Role.AGENT))
    assert issuer.asked_for_keys == 2


async def test_while_the_issuer_is_away_what_was_valid_stays_valid() -> None:
    key = Key("k1")
    issuer = Issuer([key])
    verifier = issuer.verifier()
    await verifier.poll()
    issuer.away = True
    with pytest.raises(UnavailableError):
        await verifier.poll()
    await verifier.verify(key.access_token("w", "budi", Role.AGENT))


async def test_before_the_first_poll_nobody_is_let_in_and_nobody_is_told_to_log_in_again() -> None:
    key = Key("k1")
    with pytest.raises(UnavailableError):
        await Issuer([key]).verifier().verify(key.access_token("w", "budi", Role.AGENT))


async def test_keys_without_revocations_let_nobody_in() -> None:
    key = Key("k1")
    issuer = Issuer([key])
    verifier = issuer.verifier()
    issuer.revocations_away = True
    with pytest.raises(UnavailableError):
        await verifier.poll()
    with pytest.raises(UnavailableError):
        await verifier.verify(key.access_token("w", "budi", Role.AGENT))


async def test_revocations_end_a_session_and_an_accounts_older_tokens() -> None:
    key = Key("k1")
    issuer = Issuer([key])
    verifier = issuer.verifier()
    heard: list[Revocation] = []
    verifier.on_revoked(heard.append)
    await verifier.poll()
    cut = NOW + timedelta(milliseconds=500)
    issuer.revoked += [Revocation(RevokedKind.SESSION, "s1", NOW), Revocation(RevokedKind.ACCOUNT, "ana", cut), Revocation(RevokedKind.API_KEY, "key", NOW)]
    await verifier.poll()
    await verifier.poll()
    assert heard == issuer.revoked
    assert verifier.api_key_revoked("key")
    assert not verifier.api_key_revoked("other")
    for revoked in (
        key.access_token("w", "budi", Role.AGENT, sid="s1"),
        key.access_token("w", "ana", Role.AGENT, auth_at=cut.timestamp() - 0.001),
    ):
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(revoked)
    await verifier.verify(key.access_token("w", "budi", Role.AGENT, sid="s2"))
    await verifier.verify(key.access_token("w", "ana", Role.AGENT, auth_at=cut.timestamp() + 0.001))


async def test_an_older_revocation_of_an_account_never_lifts_a_newer_one() -> None:
    key = Key("k1")
    newer, older = Revocation(RevokedKind.ACCOUNT, "ana", NOW), Revocation(RevokedKind.ACCOUNT, "ana", NOW - timedelta(hours=1))
    verifier = Issuer([key], [newer, older]).verifier()
    await verifier.poll()
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(key.access_token("w", "ana", Role.AGENT, auth_at=(NOW - timedelta(minutes=1)).timestamp()))


async def test_an_internal_call_needs_the_service_and_takes_the_user_from_the_token() -> None:
    key = Key("k1")
    verifier = Issuer([key]).verifier()
    await verifier.poll()

    async def who(_text: str) -> str:
        service = service_caller("caller")
        return f"{service} for {user_caller(Role.SUPERVISOR).account_id}"

    known = InternalAuthentication(ServiceTrust("echo", json.dumps({"caller": [CALLER.jwk]})), verifier)
    unknown = InternalAuthentication(ServiceTrust("echo", "{}"), verifier)
    supervisor, agent = (key.access_token("w", "sari", role) for role in (Role.SUPERVISOR, Role.AGENT))
    async with serving(who, known) as echo:
        assert await echo.say("x", access_token=supervisor) == "caller for sari"
        with pytest.raises(ForbiddenError, match="supervisor"):
            await echo.say("x", access_token=agent)
        for no_user in ("", "forged"):
            with pytest.raises(UnauthenticatedError) as caught:
                await echo.say("x", access_token=no_user)
            assert caught.value.reason == "TOKEN_INVALID"
    async with serving(who, unknown) as echo:
        with pytest.raises(UnauthenticatedError) as caught:
            await echo.say("x", access_token=supervisor)
        assert caught.value.reason == "SERVICE_IDENTITY_INVALID"


async def test_a_call_of_a_service_that_may_not_is_forbidden() -> None:
    verifier = Issuer([]).verifier()

    async def only_auth(_text: str) -> str:
        return service_caller("auth")

    async with serving(only_auth, InternalAuthentication(ServiceTrust("echo", json.dumps({"caller": [CALLER.jwk]})), verifier)) as echo:
        with pytest.raises(ForbiddenError) as caught:
            await echo.say("x")
    assert caught.value.reason == "SERVICE_NOT_ALLOWED"
