"""Every REST route, as the OpenAPI document tells, and requests for each that are in order and concern nothing that exists."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]
# Longer than any of Baton's refusals has a reason to be.
MAX_PROBLEM_BYTES = 4096
# Routes that are there before one is logged in.
OPEN = {"POST /api/session/login", "POST /api/session/refresh", "POST /api/session/set-password"}
# What a body that is in order would write, it does not with these; two, so that one is left when the other is looked at.
SPOILED: dict[str, Json] = {
    "POST /api/admin/accounts": {"email": "nobody", "name": "\n"},
    "POST /api/admin/api-keys": {"name": "\n", "platform_id": str(uuid.uuid4())},
    "PUT /api/workspace/settings": {"grace_seconds": 0, "time_zone": "Nowhere"},
    "POST /api/admin/accounts/import": {"rows": []},
    "PUT /api/templates": {"name": "/", "text": " "},
    # Not a body at all: logged in is who asks.
    "POST /api/session/logout": {"no such field": True, "nor such": True},
}


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    operation: Json
    schemas: Json

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def parameters(self, place: str) -> list[Json]:
        return [parameter for parameter in self.operation.get("parameters", ()) if parameter["in"] == place]

    def address(self, **given: str) -> str:
        """Return the path with the ids given, others as nobody has them."""
        path = self.path
        for parameter in self.parameters("path"):
            name = parameter["name"]
            path = path.replace(f"{{{name}}}", given.get(name, "1" if parameter["schema"].get("type") == "integer" else str(uuid.uuid4())))
        return path

    def query(self) -> dict[str, str]:
        """Return what must be asked."""
        needed = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "text": "words", "kind": "waiting"}
        return {parameter["name"]: needed[parameter["name"]] for parameter in self.parameters("query") if parameter.get("required")}

    def schema(self) -> Json | None:
        """Return the body's, if it has one."""
        body = self.operation.get("requestBody")
        return self.resolve(body["content"]["application/json"]["schema"]) if body else None

    def resolve(self, schema: Json) -> Json:
        """Follow references and take what is not null of an alternative."""
        if "anyOf" in schema:
            schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
        reference = schema.get("$ref")
        return self.schemas[reference.rpartition("/")[2]] if reference else schema

    def body(self) -> Json:
        """Return a body that is in order but for what keeps it from writing."""
        schema = self.schema() or {}
        return {**self._object(schema), **SPOILED.get(self.name, {})}

    def _object(self, schema: Json) -> Json:
        return {name: self._plain(self.resolve(part)) for name, part in schema.get("properties", {}).items()}

    def _plain(self, schema: Json) -> Any:  # JSON
        if schema.get("type") == "object":
            return self._object(schema)
        if schema.get("type") == "array":
            return []
        if "enum" in schema or "const" in schema:
            return schema.get("const") or schema["enum"][0]
        if "pattern" in schema:
            return str(uuid.uuid4())
        return {"string": "words-of-some-length", "integer": 1, "boolean": False}[schema["type"]]

    def fields(self) -> Iterator[tuple[str, Json]]:
        """Yield each field of the body with its schema; those of a part with a dot."""
        for name, part in (self.schema() or {}).get("properties", {}).items():
            schema = self.resolve(part)
            yield name, schema
            for inner, inner_part in schema.get("properties", {}).items():
                yield f"{name}.{inner}", self.resolve(inner_part)

    def with_field(self, name: str, value: object) -> Json:
        """Return the body with one field as given."""
        body = self.body()
        outer, _, inner = name.partition(".")
        body[outer] = {**body[outer], inner: value} if inner else value
        return body


def all_routes(document: Json) -> list[Route]:
    """Return the routes of an OpenAPI document."""
    schemas = document["components"]["schemas"]
    return [Route(method.upper(), path, operation, schemas) for path, methods in document["paths"].items() for method, operation in methods.items()]


def faults(response: httpx.Response, *, refused: bool, field: str = "") -> list[str]:
    """Say what is wrong with the answer to bad input; `field`: if the input is said to be bad, then by this name or as a part of it."""
    if response.status_code >= 500:
        return [f"{response.status_code} {response.text[:300]}"]
    if response.status_code < 400:
        return [f"accepted: {response.status_code}"] if refused else []
    if response.headers.get("content-type") != "application/problem+json":
        return [f"{response.status_code} is no problem: {response.text[:300]}"]
    problem = json.loads(response.content)
    found = [] if problem.get("reason") and problem.get("detail") and problem.get("request_id") else [f"says too little: {problem}"]
    if response.status_code == 422 and not problem.get("field"):
        found.append(f"names no field: {problem}")
    if field and problem.get("field") and field.rpartition(".")[2] not in problem["field"]:
        found.append(f"names {problem['field']}")
    if len(response.content) > MAX_PROBLEM_BYTES:
        found.append(f"{len(response.content)} bytes")
    return found
