"""REST around the conversations: templates, settings of the workspace, imports, sessions; with the services behind it played by a real gRPC server."""

import uuid

import pytest
from baton.auth.v1 import auth_pb2
from baton.conversation.v1 import agent_pb2, workspace_pb2
from servicekit.errors import AlreadyExistsError, InvalidError

from services.realtime.tests.conftest import BUDI, GatewayUnderTest
from services.realtime.tests.events import golden, record_of

ADMINISTRATOR = 3
SETTINGS = {
    "time_zone": "Asia/Jakarta",
    "hours": [{"weekday": 0, "opens": 480, "closes": 1020}],
    "grace_seconds": 120,
    "away_seconds": 900,
    "idle_seconds": 86400,
    "unanswered_seconds": 600,
    "reopen": True,
    "default_language": "id",
    "texts": [{"language": "id", "code": "closed", "text": "Sampai jumpa"}],
    "revision": 3,
}


async def test_a_refused_template_names_the_field_as_the_body_has_it(gateway: GatewayUnderTest) -> None:
    def refuse(_: object) -> agent_pb2.PutTemplateResponse:
        raise InvalidError("template.name", "1 to 40 characters without a space or slash")

    def taken(_: object) -> agent_pb2.PutTemplateResponse:
        raise AlreadyExistsError("TEMPLATE_NAME_TAKEN", "There is already one.", field="template.name")

    body = {"name": "two words", "text": "Hello", "folder": "Greetings"}
    for answer_with, status, reason in ((refuse, 422, "INVALID"), (taken, 409, "TEMPLATE_NAME_TAKEN")):
        gateway.services.answers["PutTemplate"] = answer_with
        answer = await gateway.http.put("/api/templates", json=body, headers={"Cookie": gateway.cookie()})
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
        assert "template." not in answer.text
        if status == 422:
            assert answer.json()["field"] == "name"
    assert gateway.services.last("PutTemplate").request.template.folder == "Greetings"


async def test_a_use_of_a_template_is_counted(gateway: GatewayUnderTest) -> None:
    template_id = str(uuid.uuid4())
    answer = await gateway.http.post(f"/api/templates/{template_id}/uses", headers={"Cookie": gateway.cookie()})
    assert answer.status_code == 200
    assert gateway.services.last("CountTemplateUse").request.template_id == template_id


async def test_settings_pass_through_as_they_are_and_agents_only_read_them(gateway: GatewayUnderTest) -> None:
    gateway.services.answers["UpdateWorkspaceSettings"] = lambda request: workspace_pb2.UpdateWorkspaceSettingsResponse(settings=request.settings)
    administrator = {"Cookie": gateway.cookie(role=ADMINISTRATOR)}
    answer = await gateway.http.put("/api/workspace/settings", json=SETTINGS, headers=administrator)
    assert answer.json() == SETTINGS
    gateway.services.answers["GetWorkspaceSettings"] = lambda _: workspace_pb2.GetWorkspaceSettingsResponse(
        settings=workspace_pb2.WorkspaceSettings(grace_seconds=60), changes=[workspace_pb2.SettingsChange(account_name="Ada", changes={"reopen": "a → b"})]
    )
    read = await gateway.http.get("/api/workspace/settings", headers={"Cookie": gateway.cookie()})
    assert (read.json()["settings"]["grace_seconds"], read.json()["changes"][0]["changes"]) == (60, {"reopen": "a → b"})
    refused = await gateway.http.put("/api/workspace/settings", json=SETTINGS, headers={"Cookie": gateway.cookie()})
    assert (refused.status_code, refused.json()["reason"]) == (403, "ROLE_REQUIRED")


async def test_refused_settings_name_the_field(gateway: GatewayUnderTest) -> None:
    def refuse(_: object) -> workspace_pb2.UpdateWorkspaceSettingsResponse:
        raise InvalidError("settings.time_zone", "must be the name of a time zone, as Asia/Jakarta")

    gateway.services.answers["UpdateWorkspaceSettings"] = refuse
    answer = await gateway.http.put("/api/workspace/settings", json=SETTINGS, headers={"Cookie": gateway.cookie(role=ADMINISTRATOR)})
    assert (answer.status_code, answer.json()["field"]) == (422, "time_zone")


async def test_an_import_takes_rows_as_the_file_has_them_and_answers_each(gateway: GatewayUnderTest) -> None:
    gateway.services.answers["ImportAccounts"] = lambda request: auth_pb2.ImportAccountsResponse(
        results=[auth_pb2.ImportResult(problem_reason="INVALID", problem_field="email", problem="no") for _ in request.rows]
    )
    rows = [{"email": "nonsense", "name": ""}, {"email": "a@b.c", "name": "A", "display_name": "B", "role": "supervisor"}]
    administrator = {"Cookie": gateway.cookie(role=ADMINISTRATOR)}
    answer = await gateway.http.post("/api/admin/accounts/import", json={"rows": rows, "dry_run": True}, headers=administrator)
    problem = {"problem_reason": "INVALID", "problem_field": "email", "problem": "no"}
    assert answer.json() == {"results": [problem, problem], "applied": False}
    request = gateway.services.last("ImportAccounts").request
    assert (request.dry_run, [row.role for row in request.rows]) == (True, [auth_pb2.ROLE_UNSPECIFIED, auth_pb2.ROLE_SUPERVISOR])


@pytest.mark.parametrize(
    ("method", "path", "rpc", "fields"),
    [
        ("GET", "/api/admin/accounts/{a}/sessions", "ListAccountSessions", {"account_id": "{a}"}),
        ("DELETE", "/api/admin/accounts/{a}/sessions", "EndAccountSessions", {"account_id": "{a}", "session_id": ""}),
        ("DELETE", "/api/admin/accounts/{a}/sessions/{s}", "EndAccountSessions", {"account_id": "{a}", "session_id": "{s}"}),
        ("DELETE", "/api/session/all/{s}", "EndSession", {"session_id": "{s}"}),
    ],
)
async def test_sessions_are_seen_and_ended(gateway: GatewayUnderTest, method: str, path: str, rpc: str, fields: dict[str, str]) -> None:
    ids = {"a": BUDI, "s": str(uuid.uuid4())}
    answer = await gateway.http.request(method, path.format(**ids), headers={"Cookie": gateway.cookie(role=ADMINISTRATOR)})
    assert answer.status_code == 200, answer.text
    request = gateway.services.last(rpc).request
    assert {name: getattr(request, name) for name in fields} == {name: value.format(**ids) for name, value in fields.items()}


async def test_what_is_found_in_a_conversation_comes_as_the_socket_gives_it(gateway: GatewayUnderTest) -> None:
    example = golden("events", "user_message")
    event = record_of(example).event
    gateway.services.answers["ListLandmarks"] = lambda _: agent_pb2.ListLandmarksResponse(events=[event])
    gateway.services.answers["FindInConversation"] = lambda _: agent_pb2.FindInConversationResponse(events=[event], more=True)
    headers = {"Cookie": gateway.cookie()}
    where = f"/api/conversations/{example['browser']['conversation_id']}"
    assert (await gateway.http.get(f"{where}/landmarks", headers=headers)).json() == {"events": [example["browser"]]}
    assert (await gateway.http.get(f"{where}/found?text=a", headers=headers)).json() == {"events": [example["browser"]], "more": True}


async def test_a_conversation_is_looked_through_and_watchers_are_named(gateway: GatewayUnderTest) -> None:
    conversation_id, cookie = str(uuid.uuid4()), {"Cookie": gateway.cookie()}
    assert (await gateway.http.get(f"/api/conversations/{conversation_id}/landmarks", headers=cookie)).status_code == 200
    assert gateway.services.last("ListLandmarks").request.conversation_id == conversation_id
    found = await gateway.http.get(f"/api/conversations/{conversation_id}/found", params={"text": "a b", "before_seq": 7}, headers=cookie)
    assert found.status_code == 200
    assert (gateway.services.last("FindInConversation").request.text, gateway.services.last("FindInConversation").request.before_seq) == ("a b", 7)
    assert (await gateway.http.get(f"/api/conversations/{conversation_id}/found", headers=cookie)).status_code == 422
    gateway.services.answers["ListWatchers"] = lambda _: agent_pb2.ListWatchersResponse(watchers=[agent_pb2.Watcher(platform_id="p", connected=True)])
    [watcher] = (await gateway.http.get("/api/watchers", headers=cookie)).json()["watchers"]
    assert (watcher["platform_id"], watcher["connected"]) == ("p", True)
