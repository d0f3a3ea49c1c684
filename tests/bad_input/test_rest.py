"""Each route, each field, each parameter of REST with what it does not take."""

import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from tests.bad_input import values
from tests.bad_input.forgeries import forged_users
from tests.bad_input.people import Side
from tests.bad_input.routes import OPEN, SPOILED, Route, all_routes, faults
from tests.harness.browser import Browser
from tests.harness.site import Site

TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "boolean": (bool,), "object": (dict,), "array": (list,)}
JSON_TYPE = {"Content-Type": "application/json"}
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"x"',
    "no JSON": b"{'command_id': 1}",
    "half of it": b'{"command_id": ',
    "not UTF-8": b'{"command_id": "\xff\xfe"}',
    "UTF-16": '{"command_id": "x"}'.encode("utf-16"),
    "nested without end": b"[" * 60_000,
    "a number without end": b'{"seq": ' + b"9" * 50_000 + b"}",
    "not a number": b'{"seq": NaN}',
    "1 MiB": b'{"text": "' + b"x" * 1024 * 1024 + b'"}',
    "a form": b"text=1&seen_seq=2",
    "a field nobody knows": b'{"$where": "sleep(1000)"}',
    "a field that is no text": rb'{"\ud800": 1}',
    "a field of 60 kB": b'{"' + b"\\u0000" * 10_000 + b'": 1}',
}
IDS = [
    "x",
    "0B6F3C52-7A0E-5F5E-8B1D-2F6F6A9F0D21",
    "%00",
    "%24gt",
    "%7B%22%24gt%22%3A%22%22%7D",
    "%ED%A0%80",
    "%FF",
    "7" * 5_000,
    "-1",
    "1.5",
    "9" * 400,
    "%0A",
    "%F0%9F%91%A9",
]
QUERIES = [
    "%00",
    "%ED%A0%80",
    "%FF",
    "x" * 10_000,
    quote('{"$gt":""}'),
    "%24where",
    "-1",
    "1e9",
    "9" * 400,
    "",
    "%20",
    "^(a%2B)%2B%24",
    "2026-99-99",
    "9999-12-31T23:59:59Z",
    "%F0%9F",
]


@pytest.fixture(scope="module", name="browsers")
async def browsers_fixture(stack: Site, sides: tuple[Side, Side]) -> AsyncIterator[dict[str, Browser]]:
    """An administrator's, an agent's and nobody's browser."""
    url, side = stack.urls()[0], sides[0]
    nobody = Browser(url, "", "")
    async with Browser(url, side.admin.email, side.admin.password) as admin, Browser(url, side.agent.email, side.agent.password) as agent:
        yield {"admin": admin, "agent": agent, "nobody": nobody}
    await nobody.__aexit__(None, None, None)


@pytest.fixture(scope="module", name="routes")
async def routes_fixture(browsers: dict[str, Browser]) -> list[Route]:
    found = all_routes(await browsers["nobody"].get("/api/openapi.json"))
    assert len(found) > 25
    return found


# After the logins above: they write when somebody was last here.
pytestmark = pytest.mark.usefixtures("routes", "unharmed")


async def test_each_field_of_a_body_takes_its_own_type_alone_and_nothing_odd_breaks(routes: list[Route], browsers: dict[str, Browser]) -> None:
    found, calls = [], 0
    for route in routes:
        for name, schema in route.fields():
            spoiled = SPOILED.get(route.name, {})
            for what, value in values.JSON_VALUES.items():
                fits = isinstance(value, TYPES[schema["type"]])
                response = await browsers["admin"].send(route.method, route.address(), content=json.dumps(route.with_field(name, value)), headers=JSON_TYPE)
                calls += 1
                wrong = faults(response, refused=True, field="" if fits or spoiled else name)
                found += [f"{route.name} {name} is {what}: {fault}" for fault in wrong]
    assert not found, "\n".join(found)
    assert calls > 500


async def test_a_body_that_is_none_is_refused(routes: list[Route], browsers: dict[str, Browser]) -> None:
    found = []
    for route in (route for route in routes if route.schema()):
        for what, body in BODIES.items():
            response = await browsers["admin"].send(route.method, route.address(), content=body, headers=JSON_TYPE)
            found += [f"{route.name} {what}: {fault}" for fault in faults(response, refused=True)]
        response = await browsers["admin"].send(route.method, route.address(), content=json.dumps(route.body()), headers={"Content-Type": "text/plain"})
        found += [f"{route.name} as plain text: {fault}" for fault in faults(response, refused=True)]
    assert not found, "\n".join(found)


async def test_an_address_with_what_is_no_id_is_refused(routes: list[Route], browsers: dict[str, Browser]) -> None:
    found = []
    for route in routes:
        for parameter in route.parameters("path"):
            for bad in IDS:
                response = await browsers["admin"].send(route.method, route.address(**{parameter["name"]: bad}), json=route.body() if route.schema() else None)
                found += [f"{route.name} {parameter['name']} {bad[:20]}: {fault}" for fault in faults(response, refused=True)]
    for page in ("/" + "x" * 300, "/" + "x" * 60_000, "/assets/" + "x/" * 3_000, "/%00", "/%FF", "/human-agent/%ED%A0%80", "/api/" + "%00" * 5_000):
        response = await browsers["nobody"].send("GET", page)
        assert response.status_code < 500, page[:30]
        assert len(response.content) < 4096 or response.status_code == 200
    assert not found, "\n".join(found)


async def test_a_question_with_odd_parameters_is_answered_or_refused(routes: list[Route], browsers: dict[str, Browser]) -> None:
    found, calls = [], 0
    for route in (route for route in routes if not route.writes):
        for parameter in route.parameters("query"):
            name = parameter["name"]
            for bad in QUERIES:
                others = [f"{other}={value}" for other, value in route.query().items() if other != name]
                for query in (f"{name}={bad}", "&".join([f"{name}={bad}"] * 120)[:40_000], f"{name}[$gt]={bad}"):
                    response = await browsers["admin"].send("GET", f"{route.address()}?{'&'.join([query, *others])}")
                    calls += 1
                    found += [f"{route.name} {query[:40]}: {fault}" for fault in faults(response, refused=False)]
    assert not found, "\n".join(found)
    assert calls > 300


async def test_without_a_valid_cookie_or_from_another_page_nothing_is_answered(
    routes: list[Route], browsers: dict[str, Browser], stack: Site, sides: tuple[Side, Side]
) -> None:
    forged = {"nothing": "", **forged_users(stack, sides[0])}
    found = []
    for route in routes:
        body = route.body() if route.schema() else None
        for what, token in forged.items():
            response = await browsers["nobody"].send(
                route.method, route.address(), json=body, params=route.query(), headers={"Cookie": f"baton_access={token}"}
            )
            if response.status_code != 401 and route.name not in OPEN:
                found.append(f"{route.name} {what}: {response.status_code} {response.text}")
            found += [f"{route.name} {what}: {fault}" for fault in faults(response, refused=True)]
        for origin in ("https://elsewhere.example", "null", ""):
            if route.writes:
                response = await browsers["admin"].send(route.method, route.address(), json=body, headers={"Origin": origin})
                assert (response.status_code, response.json()["reason"]) == (403, "ORIGIN_NOT_ALLOWED"), route.name
        if route.path.startswith("/api/admin/"):
            response = await browsers["agent"].send(route.method, route.address(), json=body)
            assert (response.status_code, response.json()["reason"]) == (403, "ROLE_REQUIRED"), route.name
    assert not found, "\n".join(found)


async def test_another_workspaces_ids_are_addresses_that_do_not_exist(routes: list[Route], browsers: dict[str, Browser], sides: tuple[Side, Side]) -> None:
    here, there = sides
    found = []
    for route in routes:
        body = (route.body() if route.schema() else None) if route.name not in SPOILED else None
        for parameter in route.parameters("path"):
            if parameter["name"] in there.ids():
                name = parameter["name"]
                theirs = await browsers["admin"].send(route.method, route.address(**{name: there.ids()[name]}), json=body, params=route.query())
                nobodys = await browsers["admin"].send(route.method, route.address(), json=body, params=route.query())
                if theirs.status_code != 404 or theirs.json()["detail"] != nobodys.json()["detail"]:
                    found.append(f"{route.name}: {theirs.status_code} {theirs.text}")
    transfer = next(route for route in routes if route.path.endswith("/transfer"))
    body = {**transfer.body(), "to_agent_id": there.agent.id}
    response = await browsers["admin"].send("POST", transfer.address(conversation_id=here.conversation_id), json=body)
    assert (response.status_code, response.json()["reason"]) == (404, "AGENT_NOT_FOUND")
    assert not found, "\n".join(found)
