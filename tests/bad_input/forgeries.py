"""Tokens that must not count: of another time, another key, another claim, or none at all."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from servicekit.caller import Role
from servicekit.identity import ServiceIdentity

from deploy.local.keys import service_keys
from tests.bad_input.people import Side
from tests.harness.keys import Key
from tests.harness.site import Site

LONG_AGO = timedelta(days=-1)


@dataclass
class MovedClock:
    """A clock beside the real one."""

    by: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


def forged_services(site: Site, audience: str) -> dict[str, str]:
    """Return service tokens that must not count for this audience."""
    realtime = service_keys(site.plan.home)["private"]["realtime"]
    real = site.identity().token_for(audience)
    header, claims, signature = real.split(".")
    none = jwt.encode({"iss": "realtime", "sub": "realtime", "aud": audience, "exp": datetime.now(UTC) + timedelta(minutes=1)}, "", algorithm="none")
    return {
        "nothing": "",
        "no token": "x",
        "for another service": site.identity().token_for("somebody"),
        "of a key nobody knows": ServiceIdentity("realtime", Key("realtime").pem, MovedClock(timedelta())).token_for(audience),
        "in another's name": ServiceIdentity("analytics", realtime, MovedClock(timedelta())).token_for(audience),
        "of an unknown service": ServiceIdentity("billing", realtime, MovedClock(timedelta())).token_for(audience),
        "of yesterday": ServiceIdentity("realtime", realtime, MovedClock(LONG_AGO)).token_for(audience),
        "without a signature": f"{header}.{claims}.",
        "unsigned": none,
        "with other claims": f"{header}.{urlsafe_b64encode(b'{}').decode()}.{signature}",
        "nested without end": f"{urlsafe_b64encode(b'[' * 4_000).decode()}.e30.x",
    }


def forged_users(site: Site, side: Side) -> dict[str, str]:
    """Return access tokens that must not count."""
    signing = service_keys(site.plan.home)["signing"][0]
    key = Key(signing["kid"], jwt.PyJWK(signing, "EdDSA").key)

    def token(**claims: object) -> str:
        return key.access_token(side.workspace_id, side.admin.id, Role.ADMINISTRATOR, **claims)

    past, (header, _, signature) = datetime.now(UTC) + LONG_AGO, token().split(".")
    return {
        "no token": "x",
        "an API key": side.api_key,
        "expired": token(exp=past),
        "without an end": token(exp=None),
        "for another audience": token(aud="other"),
        "of another issuer": token(iss="other"),
        "of a key nobody knows": Key(signing["kid"]).access_token(side.workspace_id, side.admin.id, Role.ADMINISTRATOR),
        "of a key with another name": Key("other").access_token(side.workspace_id, side.admin.id, Role.ADMINISTRATOR),
        "with a role that is none": token(role=99),
        "with an operator as role": token(role={"$gt": 0}),
        "without a workspace": token(ws=None),
        "without a session": token(sid=None),
        "with other claims": f"{header}.{urlsafe_b64encode(b'{}').decode()}.{signature}",
        "nested without end": f"{urlsafe_b64encode(b'[' * 4_000).decode()}.e30.x",
    }
