"""REST through a real server, with the services behind it played by a real gRPC server."""

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from baton.analytics.v1 import analytics_pb2
from baton.auth.v1 import auth_pb2
from baton.conversation.v1 import agent_pb2, control_pb2
from google.protobuf.json_format import ParseDict
from servicekit.errors import ConflictError, ExhaustedError, NotFoundError, UnauthenticatedError
from servicekit.identity import METADATA_KEY

from services.realtime.tests.conftest import BUDI, GatewayUnderTest, gateway_with
from services.realtime.tests.events import CONVERSATION, golden, record_of
from services.realtime.tests.fakes import FakeServices

COMMAND = "3c2f1f6e-52c5-4a3e-9a0e-0f6d7a1b2c3d"
COMMANDS = [
    ("take-over", "TakeOver", {"reason": "I know her"}),
    ("messages", "SendMessage", {"text": "Hello 👋\n<b>", "seen_seq": 4}),
    ("hand-back", "HandBack", {"seen_seq": 4, "brief": {"summary": "Found"}, "message": "Bye"}),
    ("transfer", "Transfer", {"seen_seq": 4, "to_agent_id": BUDI, "note": "n", "message": "m"}),
    ("release", "Release", {"reason": "lunch", "note": "n"}),
    ("close", "Close", {"reason": "no_answer"}),
    ("notes", "AddNote", {"text": "note"}),
    ("dismiss-request", "DismissRequest", {"epoch": 1, "reason": "answered by mail"}),
    ("drafts/7/resolve", "ResolveDraft", {"resolution": "inserted"}),
]


def _tokens() -> auth_pb2.Tokens:
    return auth_pb2.Tokens(access_token="access", refresh_token="refresh", access_expires_in=600, refresh_expires_in=86400)


async def test_login_gives_two_cookies_that_scripts_cannot_read(gateway: GatewayUnderTest) -> None:
    account = auth_pb2.Account(id=BUDI, name="Budi", role=auth_pb2.ROLE_AGENT)
    gateway.services.answers["Login"] = lambda _: auth_pb2.LoginResponse(tokens=_tokens(), account=account, workspace_name="Demo")
    answer = await gateway.http.post("/api/session/login", json={"email": "a@b.c", "password": "secret"})
    assert answer.json() == {
        "account": {"id": BUDI, "name": "Budi", "role": "agent", "disabled": False, "password_set": False},
        "workspace_name": "Demo",
        "expires_in": 600,
    }
    access, refresh = sorted(answer.headers.get_list("set-cookie"))
    assert access == "baton_access=access; HttpOnly; Max-Age=600; Path=/; SameSite=strict"
    assert refresh == "baton_refresh=refresh; HttpOnly; Max-Age=86400; Path=/api/session/refresh; SameSite=strict"
    assert gateway.services.last("Login").request.client_address == "127.0.0.1"


async def test_a_refused_refresh_takes_the_cookies_back(gateway: GatewayUnderTest) -> None:
    def refuse(_: object) -> auth_pb2.RefreshResponse:
        raise UnauthenticatedError("SESSION_ENDED", "It ended.")

    gateway.services.answers["Refresh"] = refuse
    for cookies in ({}, {"Cookie": "baton_refresh=old"}):
        answer = await gateway.http.post("/api/session/refresh", headers=cookies)
        assert answer.status_code == 401
        assert answer.json()["reason"] == "SESSION_ENDED"
        assert all("Max-Age=0" in cookie for cookie in answer.headers.get_list("set-cookie"))


async def test_a_refresh_reads_only_its_own_cookie(gateway: GatewayUnderTest) -> None:
    gateway.services.answers["Refresh"] = lambda _: auth_pb2.RefreshResponse(tokens=_tokens())
    answer = await gateway.http.post("/api/session/refresh", headers={"Cookie": "baton_refresh=old"})
    assert answer.json() == {"expires_in": 600}
    assert gateway.services.last("Refresh").request.refresh_token == "old"


@pytest.mark.parametrize(("path", "rpc", "body"), COMMANDS)
async def test_every_command_reaches_its_rpc_as_the_user_and_as_the_gateway(gateway: GatewayUnderTest, path: str, rpc: str, body: dict[str, object]) -> None:
    answer_class = getattr(agent_pb2, f"{rpc}Response")
    outcome = control_pb2.Outcome(conversation_id=CONVERSATION, seq=9, control=control_pb2.ControlState(holder=control_pb2.HOLDER_HUMAN, epoch=2))
    gateway.services.answers[rpc] = lambda _: answer_class(outcome=outcome)
    cookie = gateway.cookie()
    answer = await gateway.http.post(f"/api/conversations/{CONVERSATION}/{path}", json={"command_id": COMMAND, **body}, headers={"Cookie": cookie})
    assert answer.status_code == 200, answer.text
    assert answer.json()["seq"] == 9
    assert answer.json()["control"] == {"holder": "human", "ai_may_speak": False, "epoch": 2}
    call = gateway.services.last(rpc)
    assert (call.request.command_id, call.request.conversation_id) == (COMMAND, CONVERSATION)
    assert call.metadata["authorization"] == f"Bearer {cookie.removeprefix('baton_access=')}"
    assert call.metadata[METADATA_KEY]
    assert call.metadata["x-request-id"] == answer.headers["x-request-id"]


async def test_a_refusal_arrives_as_problem_json_with_its_reason_and_details(gateway: GatewayUnderTest) -> None:
    def refuse(_: object) -> agent_pb2.TakeOverResponse:
        raise ConflictError("ALREADY_TAKEN", "Siti has this conversation.", details={"agent_id": "1", "agent_name": "Siti"})

    gateway.services.answers["TakeOver"] = refuse
    answer = await gateway.http.post(
        f"/api/conversations/{CONVERSATION}/take-over", json={"command_id": COMMAND}, headers={"Cookie": gateway.cookie(), "x-request-id": "r-1"}
    )
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    expected = golden("rest", "problem")
    assert answer.json() == {**expected, "request_id": "r-1", "details": {"agent_id": "1", "agent_name": "Siti"}}


async def test_too_many_logins_say_when_to_try_again(gateway: GatewayUnderTest) -> None:
    def refuse(_: object) -> auth_pb2.LoginResponse:
        raise ExhaustedError("TOO_MANY_LOGINS", "Wait.", details={"retry_after_seconds": "30"})

    gateway.services.answers["Login"] = refuse
    answer = await gateway.http.post("/api/session/login", json={"email": "a@b.c", "password": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")


async def test_the_list_passes_every_filter_on_and_answers_as_the_golden_example(gateway: GatewayUnderTest) -> None:
    started = record_of(golden("events", "conversation_started")).event
    said = record_of(golden("events", "human_message")).event
    row = agent_pb2.ConversationRow(
        conversation_id=CONVERSATION,
        seq=8,
        user=started.conversation_started.user,
        ai_agent=started.after.ai_agent,
        started_at=started.at,
        control=said.after.control,
        last_message=agent_pb2.LastMessage(
            seq=8, at=said.at, author=agent_pb2.MESSAGE_AUTHOR_HUMAN, author_name="Budi Santoso", preview="Hello Ana, Budi here.\nI will find out."
        ),
        user_message_count=1,
        platform_id=said.platform_id,
        read_seq=8,
    )
    getattr(row.attention, "since").CopyFrom(said.at)  # noqa: B009  # beside the next line, whose name is a keyword
    setattr(row.attention, "class", agent_pb2.ATTENTION_CLASS_CALM)
    page = agent_pb2.ListConversationsResponse(
        rows=[row], next_page_token="bmV4dA", counts=agent_pb2.ListCounts(open=1, mine=1, matching=1), projected_at=7576324213833465857
    )
    gateway.services.answers["ListConversations"] = lambda _: page
    answer = await gateway.http.get(
        "/api/conversations?search=ana&ai_agent=a&ai_agent=b&agent=c&status=mine&status=closed&sort=attention&page_size=10&page_token=t&user=u",
        headers={"Cookie": gateway.cookie()},
    )
    assert answer.json() == golden("rest", "conversations")
    request = gateway.services.last("ListConversations").request
    assert (request.search, list(request.ai_agent_ids), list(request.agent_ids), request.user_id) == ("ana", ["a", "b"], ["c"], "u")
    assert list(request.statuses) == [agent_pb2.LIST_STATUS_MINE, agent_pb2.LIST_STATUS_CLOSED]
    assert (request.sort, request.page_size, request.page_token) == (agent_pb2.LIST_SORT_ATTENTION, 10, "t")


async def test_history_comes_as_the_socket_gives_it(gateway: GatewayUnderTest) -> None:
    examples = [golden("events", name) for name in ("user_message", "ai_message")]
    page = agent_pb2.ListEventsResponse(events=[record_of(example).event for example in examples], more=True)
    gateway.services.answers["ListEvents"] = lambda _: page
    answer = await gateway.http.get(f"/api/conversations/{CONVERSATION}/events?before_seq=9&limit=2", headers={"Cookie": gateway.cookie()})
    assert answer.json() == golden("rest", "events")
    assert gateway.services.last("ListEvents").request == agent_pb2.ListEventsRequest(conversation_id=CONVERSATION, before_seq=9, limit=2)


async def test_colleagues_come_with_their_presence(gateway: GatewayUnderTest) -> None:
    siti = "1a7e6f50-2c3d-4e8f-9b0a-5d6c7b8a9f01"
    gateway.services.answers["ListColleagues"] = lambda _: auth_pb2.ListColleaguesResponse(
        colleagues=[
            auth_pb2.Colleague(id=BUDI, name="Budi Santoso", display_name="Budi Santoso", role=auth_pb2.ROLE_AGENT),
            auth_pb2.Colleague(id=siti, name="Siti Rahmawati", display_name="Siti", role=auth_pb2.ROLE_SUPERVISOR),
        ]
    )
    there = agent_pb2.AgentPresence(agent_id=BUDI, presence=agent_pb2.PRESENCE_AVAILABLE, open_conversations=2)
    there.since.FromJsonString("2025-11-24T15:00:00Z")
    gone = agent_pb2.AgentPresence(agent_id=siti, presence=agent_pb2.PRESENCE_OFFLINE, countdowns=[agent_pb2.Countdown(seconds=120)])
    for moment in (gone.since, gone.countdowns[0].counted_from):
        moment.FromJsonString("2025-11-24T15:50:00Z")
    gateway.services.answers["ListPresence"] = lambda _: agent_pb2.ListPresenceResponse(agents=[there, gone])
    answer = await gateway.http.get("/api/agents", headers={"Cookie": gateway.cookie()})
    assert answer.json() == golden("rest", "agents")


async def test_templates_are_listed_written_and_removed(gateway: GatewayUnderTest) -> None:
    template = ParseDict(golden("rest", "templates")["templates"][0], agent_pb2.Template())
    gateway.services.answers["ListTemplates"] = lambda _: agent_pb2.ListTemplatesResponse(templates=[template])
    gateway.services.answers["PutTemplate"] = lambda request: agent_pb2.PutTemplateResponse(template=request.template)
    headers = {"Cookie": gateway.cookie()}
    assert (await gateway.http.get("/api/templates", headers=headers)).json() == golden("rest", "templates")
    body = {"name": "hi", "text": "Hello", "revision": 2, "shared": True}
    written = await gateway.http.put(f"/api/templates/{template.id}", json=body, headers=headers)
    assert written.json() == {"id": template.id, "name": "hi", "text": "Hello", "revision": 2, "uses": 0, "own_uses": 0}
    assert gateway.services.last("PutTemplate").request.shared
    assert (await gateway.http.put("/api/templates", json=body, headers=headers)).json()["revision"] == 2
    assert (await gateway.http.delete(f"/api/templates/{template.id}", headers=headers)).json() == {}
    assert gateway.services.last("DeleteTemplate").request.template_id == template.id


async def test_figures_are_asked_for_a_period_with_time_zones(gateway: GatewayUnderTest) -> None:
    gateway.services.answers["GetFigures"] = lambda _: analytics_pb2.GetFiguresResponse(definition_version=1, conversations_per_agent=2.5)
    headers = {"Cookie": gateway.cookie()}
    query = {"from": "2026-01-01T00:00:00+07:00", "to": "2026-02-01T00:00:00Z"}
    answer = await gateway.http.get("/api/analytics/figures", params=query, headers=headers)
    assert (answer.json()["definition_version"], answer.json()["conversations_per_agent"]) == (1, 2.5)
    request = gateway.services.last("GetFigures").request
    assert getattr(request, "from").ToJsonString() == "2025-12-31T17:00:00Z"
    for bad in ({"from": "2026-01-01T00:00:00", "to": "2026-02-01T00:00:00Z"}, {"from": "yesterday", "to": "x"}, {}):
        assert (await gateway.http.get("/api/analytics/figures", params=bad, headers=headers)).status_code == 422


async def test_administration_is_for_administrators(gateway: GatewayUnderTest) -> None:
    account = auth_pb2.Account(id=BUDI, email="n@b.c", name="New", display_name="New", role=auth_pb2.ROLE_SUPERVISOR)
    gateway.services.answers["CreateAccount"] = lambda _: auth_pb2.CreateAccountResponse(account=account, link_token="link")
    gateway.services.answers["UpdateAccount"] = lambda _: auth_pb2.UpdateAccountResponse(account=account)
    gateway.services.answers["CreateApiKey"] = lambda _: auth_pb2.CreateApiKeyResponse(key=auth_pb2.ApiKey(id="k"), secret="shown once")
    agent, administrator = {"Cookie": gateway.cookie(role=1)}, {"Cookie": gateway.cookie(role=3)}
    body = {"email": "n@b.c", "name": "New", "role": "supervisor"}
    refused = await gateway.http.post("/api/admin/accounts", json=body, headers=agent)
    assert (refused.status_code, refused.json()["reason"]) == (403, "ROLE_REQUIRED")
    made = await gateway.http.post("/api/admin/accounts", json=body, headers=administrator)
    assert (made.status_code, made.json()["link_token"]) == (201, "link")
    assert gateway.services.last("CreateAccount").request.role == auth_pb2.ROLE_SUPERVISOR
    await gateway.http.patch(f"/api/admin/accounts/{BUDI}", json={"disabled": True}, headers=administrator)
    request = gateway.services.last("UpdateAccount").request
    assert request.disabled
    assert not request.HasField("role")
    made = await gateway.http.post("/api/admin/api-keys", json={"name": "bot"}, headers=administrator)
    assert made.json()["secret"] == "shown once"
    for method, path in (("GET", "accounts"), ("GET", "api-keys"), ("POST", f"accounts/{BUDI}/password-link"), ("DELETE", f"api-keys/{BUDI}")):
        assert (await gateway.http.request(method, f"/api/admin/{path}", headers=administrator)).status_code == 200


async def test_without_a_valid_cookie_nothing_is_answered(gateway: GatewayUnderTest) -> None:
    foreign = gateway.cookie().replace("baton_access=", "baton_access=x")
    for headers in ({}, {"Cookie": "baton_access=nonsense"}, {"Cookie": foreign}):
        answer = await gateway.http.get("/api/conversations", headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (401, "TOKEN_INVALID")


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "http://baton.test.evil.test", "https://baton.test", ""])
async def test_a_command_from_another_origin_is_refused_before_it_is_read(gateway: GatewayUnderTest, origin: str) -> None:
    answer = await gateway.http.post(
        f"/api/conversations/{CONVERSATION}/take-over", json={"command_id": COMMAND}, headers={"Cookie": gateway.cookie(), "origin": origin}
    )
    assert (answer.status_code, answer.json()["reason"]) == (403, "ORIGIN_NOT_ALLOWED")
    assert not [call for call in gateway.services.calls if call.rpc == "TakeOver"]


BAD_BODIES: list[bytes] = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b'{"command_id": {"$gt": ""}, "text": "x", "seen_seq": 1}',
    json.dumps({"command_id": "not a uuid", "text": "x", "seen_seq": 1}).encode(),
    json.dumps({"command_id": COMMAND.upper(), "text": "x", "seen_seq": 1}).encode(),
    json.dumps({"command_id": COMMAND, "text": "", "seen_seq": 1}).encode(),
    json.dumps({"command_id": COMMAND, "text": {"$gt": ""}, "seen_seq": 1}).encode(),
    json.dumps({"command_id": COMMAND, "text": "\ud800", "seen_seq": 1}).encode(),
    json.dumps({"command_id": COMMAND, "text": "é" * 8193, "seen_seq": 1}).encode(),
    json.dumps({"command_id": COMMAND, "text": "x", "seen_seq": "1"}).encode(),
    json.dumps({"command_id": COMMAND, "text": "x", "seen_seq": -1}).encode(),
    json.dumps({"command_id": COMMAND, "text": "x", "seen_seq": 2**63}).encode(),
    json.dumps({"command_id": COMMAND, "text": "x", "seen_seq": True}).encode(),
    json.dumps({"command_id": COMMAND, "text": "x", "seen_seq": 1, "more": 1}).encode(),
    b'{"command_id": "' + COMMAND.encode() + b'", "text": "x", "seen_seq": NaN}',
    b"[" * 30_000,
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
async def test_bad_input_is_refused_by_name_and_reaches_no_service(gateway: GatewayUnderTest, body: bytes) -> None:
    headers = {"Cookie": gateway.cookie(), "content-type": "application/json"}
    answer = await gateway.http.post(f"/api/conversations/{CONVERSATION}/messages", content=body, headers=headers)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not [call for call in gateway.services.calls if call.rpc == "SendMessage"]


async def test_a_body_without_a_stated_length_is_read_as_any_other(gateway: GatewayUnderTest) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"seq"', b": 7}"):
            yield piece

    gateway.services.answers["MarkRead"] = lambda request: agent_pb2.MarkReadResponse(read_seq=request.seq)
    headers = {"Cookie": gateway.cookie(), "content-type": "application/json"}
    answer = await gateway.http.post(f"/api/conversations/{CONVERSATION}/read", content=pieces(), headers=headers)
    assert answer.json() == {"read_seq": 7, "unread": 0}


async def test_a_body_that_is_too_large_is_refused_with_and_without_its_length(gateway: GatewayUnderTest) -> None:
    headers = {"Cookie": gateway.cookie(), "content-type": "application/json"}
    big = json.dumps({"command_id": COMMAND, "text": "x" * 1024 * 1024, "seen_seq": 1}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(big), 10_000):
            yield big[start : start + 10_000]

    for content in (big, pieces()):
        answer = await gateway.http.post(f"/api/conversations/{CONVERSATION}/messages", content=content, headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (413, "TOO_LARGE")


@pytest.mark.parametrize("path", ["/api/conversations/1", "/api/conversations/..%2f", "/api/nothing", f"/api/conversations/{CONVERSATION}/nothing"])
async def test_an_address_that_is_none_is_told_so(gateway: GatewayUnderTest, path: str) -> None:
    answer = await gateway.http.get(path, headers={"Cookie": gateway.cookie()})
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_foreign_conversation_is_not_found(gateway: GatewayUnderTest) -> None:
    def refuse(_: object) -> agent_pb2.GetConversationRowResponse:
        raise NotFoundError("CONVERSATION_NOT_FOUND", "There is none.")

    gateway.services.answers["GetConversationRow"] = refuse
    answer = await gateway.http.get(f"/api/conversations/{CONVERSATION}", headers={"Cookie": gateway.cookie()})
    assert (answer.status_code, answer.json()["reason"]) == (404, "CONVERSATION_NOT_FOUND")


async def test_a_service_that_is_down_is_said_to_be_so(dashboard: Path) -> None:
    services = FakeServices()
    await services.start()
    async with gateway_with(services, dashboard) as gateway:
        await services.stop()
        answer = await gateway.http.get("/api/conversations", headers={"Cookie": gateway.cookie()})
        assert (answer.status_code, answer.json()["reason"]) == (503, "UNAVAILABLE")


async def test_reading_is_recorded_and_everything_of_a_session_is_there(gateway: GatewayUnderTest) -> None:
    headers = {"Cookie": gateway.cookie()}
    gateway.services.answers["MarkRead"] = lambda request: agent_pb2.MarkReadResponse(read_seq=request.seq, unread=0)
    assert (await gateway.http.post(f"/api/conversations/{CONVERSATION}/read", json={"seq": 5}, headers=headers)).json() == {"read_seq": 5, "unread": 0}
    gateway.services.answers["GetMe"] = lambda _: auth_pb2.GetMeResponse(workspace_name="Demo", account=auth_pb2.Account(id=BUDI))
    assert (await gateway.http.get("/api/session", headers=headers)).json()["workspace_name"] == "Demo"
    gateway.services.answers["IssueTicket"] = lambda _: auth_pb2.IssueTicketResponse(ticket="once")
    assert (await gateway.http.post("/api/session/ticket", headers=headers)).json() == {"ticket": "once"}
    assert (await gateway.http.get("/api/session/all", headers=headers)).json() == {"sessions": []}
    passwords = {"old_password": "a", "new_password": "b"}
    assert (await gateway.http.post("/api/session/password", json=passwords, headers=headers)).json() == {}
    assert (await gateway.http.post("/api/session/set-password", json={"link_token": "t", "password": "p"})).json() == {}
    ended = await gateway.http.post("/api/session/logout", json={"everywhere": True}, headers=headers)
    assert gateway.services.last("Logout").request.everywhere
    assert all("Max-Age=0" in cookie for cookie in ended.headers.get_list("set-cookie"))


async def test_pages_are_served_for_every_address_of_the_app_and_nothing_else(gateway: GatewayUnderTest) -> None:
    start = await gateway.http.get("/")
    assert (start.status_code, start.headers["location"]) == (307, "/human-agent")
    for path in ("/human-agent", "/human-agent/login", "/human-agent/conversations/1"):
        page = await gateway.http.get(path)
        assert "<title>Baton</title>" in page.text
        assert page.headers["cache-control"] == "no-cache"
        # Of its content and not of its date, which is the same in all images.
        assert page.headers["etag"] == f'"{hashlib.sha256(page.content).hexdigest()[:32]}"'
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    asset = await gateway.http.get("/assets/app-1a2b3c.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/nothing", "/assets/none.js", "/..%2f..%2fetc%2fpasswd", "/%00"):
        assert (await gateway.http.get(path)).status_code == 404


async def test_the_openapi_document_names_every_route(gateway: GatewayUnderTest) -> None:
    document = (await gateway.http.get("/api/openapi.json")).json()
    assert "/api/conversations/{conversation_id}/take-over" in document["paths"]
    assert "/{path}" not in document["paths"]


async def test_answers_of_rest_are_never_cached_and_carry_the_security_headers(gateway: GatewayUnderTest) -> None:
    answer: httpx.Response = await gateway.http.get("/api/session")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
