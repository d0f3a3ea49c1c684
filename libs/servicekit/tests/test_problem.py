"""Failures over HTTP: problem+json with status, reason and request id."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from servicekit import problem
from servicekit.errors import ConflictError, ExhaustedError, InvalidError, NotFoundError


class Body(BaseModel, extra="forbid"):
    count: int


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problem.install(app)

    @app.get("/taken")
    async def taken() -> None:
        raise ConflictError("ALREADY_TAKEN", "Budi has it.", details={"agent_name": "Budi"})

    @app.get("/missing")
    async def missing() -> None:
        raise NotFoundError("CONVERSATION_NOT_FOUND", "No such conversation.")

    @app.get("/invalid")
    async def invalid() -> None:
        raise InvalidError("text", "is empty")

    @app.get("/slow-down")
    async def slow_down() -> None:
        raise ExhaustedError("TOO_MANY_LOGINS", "Later.", details={"retry_after_seconds": "30"})

    @app.get("/bug")
    async def bug() -> None:
        message = "secret of the house"
        raise KeyError(message)

    @app.post("/count")
    async def count(body: Body) -> int:
        return body.count

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_refusal_has_reason_words_and_details(client: httpx.AsyncClient) -> None:
    answer = await client.get("/taken", headers={"x-request-id": "r1"})
    assert (answer.status_code, answer.headers["content-type"], answer.headers["x-request-id"]) == (409, "application/problem+json", "r1")
    assert answer.json() == {
        "type": "urn:baton:problem:already-taken",
        "title": "Something changed meanwhile",
        "status": 409,
        "detail": "Budi has it.",
        "reason": "ALREADY_TAKEN",
        "request_id": "r1",
        "details": {"agent_name": "Budi"},
    }


@pytest.mark.parametrize(("path", "status"), [("/missing", 404), ("/invalid", 422), ("/slow-down", 429), ("/nowhere", 404), ("/count", 405)])
async def test_each_failure_is_a_problem_with_its_status(client: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert answer.json()["reason"]


async def test_too_often_says_when_again(client: httpx.AsyncClient) -> None:
    assert (await client.get("/slow-down")).headers["retry-after"] == "30"


@pytest.mark.parametrize("body", ['{"count": "many"}', "{}", "[]", "not json", '{"count": {"$gt": ""}}', '{"count": 1, "\\ud800": 2}'])
async def test_a_body_of_the_wrong_form_is_a_problem(client: httpx.AsyncClient, body: str) -> None:
    answer = await client.post("/count", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID")
    assert answer.json()["field"]


async def test_what_the_caller_named_at_length_is_not_repeated_at_length(client: httpx.AsyncClient) -> None:
    answer = await client.post("/count", json={"count": 1, "\0" * 10_000: 2})
    assert answer.status_code == 422
    assert len(answer.content) < 4096


async def test_a_bug_keeps_its_text_inside(client: httpx.AsyncClient) -> None:
    answer = await client.get("/bug", headers={"x-request-id": "r2"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in answer.text
    assert answer.json()["request_id"] == "r2"


@pytest.mark.parametrize("given", ["", "x" * 65, "tab\there"])
async def test_a_request_id_that_is_none_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    assert len((await client.get("/missing", headers={"x-request-id": given})).headers["x-request-id"]) == 32
