"""Who may call: nobody unknown, nobody else's token, no key at the wrong door, no role below the one that is needed."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from servicekit.identity import METADATA_KEY

from tests.bad_input.conftest import Callers
from tests.bad_input.forgeries import forged_services, forged_users
from tests.bad_input.people import Side
from tests.bad_input.requests import baseline
from tests.bad_input.rpcs import Metadata, Reply, Rpc
from tests.harness.site import Site

# These are for services; every other RPC of an internal listener is on behalf of a user.
WITHOUT_USER = {"Login", "Refresh", "SetPassword", "RedeemTicket", "GetJwks", "ListRevocations", "VerifyApiKey", "GetAgent", "ReportPresence", "ExportLog"}
# Every agent may call it; the rest of AdminService is for administrators.
FOR_AGENTS = {"ListColleagues"}
# Services that some service may not call, and one that may not.
NOT_FOR = {"SessionService": "analytics", "InternalService": "conversation", "AnalyticsService": "conversation"}

pytestmark = pytest.mark.usefixtures("unharmed")


async def refuse(rpcs: list[Rpc], variants: Callable[[Rpc], dict[str, Metadata]], code: grpc.StatusCode, reason: str) -> None:
    faults: list[str] = []
    for rpc in rpcs:
        for what, metadata in variants(rpc).items():
            # Who calls comes first, then what; whether a user is needed is the method's own question.
            for raw in (baseline(rpc).SerializeToString(), *([b"\xff"] if what != "no user" else [])):
                reply: Reply = await rpc(raw, metadata)
                if (reply.code, reply.reason) != (code, reason) or reply.faults():
                    faults.append(f"{rpc.service}.{rpc.name} {what}: {reply}")
    assert rpcs
    assert not faults, "\n".join(faults)


async def test_without_a_services_own_identity_nothing_internal_is_answered(rpcs: list[Rpc], stack: Site, sides: tuple[Side, Side]) -> None:
    side = sides[0]
    forged = {listener: forged_services(stack, listener) for listener in ("auth", "conversation", "analytics")}

    def variants(rpc: Rpc) -> dict[str, Metadata]:
        user = ("authorization", f"Bearer {side.admin.token}")
        found: dict[str, Metadata] = {what: [(METADATA_KEY, token), user] for what, token in forged[rpc.listener].items()}
        return found | {"nobody": [], "a user alone": [user], "a platform": [("authorization", f"Bearer {side.api_key}")]}

    internal = [rpc for rpc in rpcs if rpc.listener != "platform"]
    await refuse(internal, variants, grpc.StatusCode.UNAUTHENTICATED, "SERVICE_IDENTITY_INVALID")


async def test_without_a_valid_access_token_nothing_is_done_on_a_users_behalf(rpcs: list[Rpc], callers: Callers, stack: Site, sides: tuple[Side, Side]) -> None:
    forged = forged_users(stack, sides[0])

    def variants(rpc: Rpc) -> dict[str, Metadata]:
        service = callers.service(rpc)
        found: dict[str, Metadata] = {what: [service, ("authorization", f"Bearer {token}")] for what, token in forged.items()}
        return found if rpc.name in WITHOUT_USER else found | {"no user": [service]}

    internal = [rpc for rpc in rpcs if rpc.listener != "platform"]
    await refuse(internal, variants, grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")


async def test_a_platform_needs_its_key_and_nothing_else_opens_its_door(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side]) -> None:
    side = sides[0]
    outer = [rpc for rpc in rpcs if rpc.listener == "platform"]
    service = callers.service(next(rpc for rpc in rpcs if rpc.listener == "conversation"))
    variants: dict[str, Metadata] = {
        "nobody": [],
        "a service": [service],
        "a service as a bearer": [("authorization", f"Bearer {service[1]}")],
        "a service for a user": [service, ("authorization", f"Bearer {side.admin.token}")],
        "a key nobody knows": [("authorization", "Bearer baton_0000000000000000000000000000000000000000000")],
        "a key without its scheme": [("authorization", side.api_key)],
        "a key as a password": [("authorization", f"Basic {side.api_key}")],
        "half a key": [("authorization", f"Bearer {side.api_key[:20]}")],
        "a key in the wrong place": [("x-api-key", side.api_key)],
        "an operator": [("authorization", 'Bearer {"$gt": ""}')],
    }
    await refuse(outer, lambda _: variants, grpc.StatusCode.UNAUTHENTICATED, "KEY_INVALID")


async def test_no_listener_serves_what_belongs_to_another(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side]) -> None:
    doors = {rpc.listener: rpc.channel for rpc in rpcs}
    inner, outer = doors["conversation"], doors["platform"]
    for rpc in rpcs:
        if rpc.listener in {"conversation", "platform"}:
            reply = await rpc(b"", callers.of(rpc, sides[0]), outer if rpc.listener == "conversation" else inner)
            assert reply.code is grpc.StatusCode.UNIMPLEMENTED, rpc.path


async def test_an_administrators_rpcs_are_refused_to_an_agent(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side]) -> None:
    agent = ("authorization", f"Bearer {sides[0].agent.token}")
    admins = [rpc for rpc in rpcs if rpc.service == "AdminService" and rpc.name not in FOR_AGENTS]
    faults = []
    for rpc in admins:
        reply = await rpc(baseline(rpc).SerializeToString(), [callers.service(rpc), agent])
        if (reply.code, reply.reason) != (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED"):
            faults.append(f"{rpc.name}: {reply}")
    assert admins
    assert not faults, "\n".join(faults)


async def test_an_agent_writes_no_shared_template(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side]) -> None:
    agent = ("authorization", f"Bearer {sides[0].agent.token}")
    put, delete = [next(rpc for rpc in rpcs if rpc.name == name) for name in ("PutTemplate", "DeleteTemplate")]
    new: Any = baseline(put)
    new.template.id, new.shared = "", True
    existing: Any = baseline(put)
    existing.template.id, existing.shared = sides[0].template_id, False
    gone: Any = baseline(delete)
    gone.template_id = sides[0].template_id
    for rpc, request in ((put, new), (put, existing), (delete, gone)):
        reply = await rpc(request.SerializeToString(), [callers.service(rpc), agent])
        assert (reply.code, reply.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")


async def test_a_service_calls_only_what_is_meant_for_it(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side]) -> None:
    faults = []
    for rpc in rpcs:
        other = NOT_FOR.get(rpc.service)
        if other:
            metadata = [callers.service(rpc, other), ("authorization", f"Bearer {sides[0].admin.token}")]
            reply = await rpc(baseline(rpc).SerializeToString(), metadata)
            if (reply.code, reply.reason) != (grpc.StatusCode.PERMISSION_DENIED, "SERVICE_NOT_ALLOWED"):
                faults.append(f"{rpc.service}.{rpc.name}: {reply}")
    assert not faults, "\n".join(faults)
