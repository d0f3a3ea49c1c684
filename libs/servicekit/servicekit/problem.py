"""problem+json (RFC 9457) for FastAPI: a ServiceError, a validation error or a bug, each with its status, reason and request id."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from servicekit.caller import begin_request, request_id
from servicekit.errors import InvalidError, ServiceError
from servicekit.logs import get_logger

logger = get_logger(__name__)

# Of each text in a problem: however it is escaped, the whole stays under 4 KiB.
MAX_LENGTH = 250


def response(error: ServiceError) -> Response:
    """Return the error as problem+json."""
    codes = error.kind.value
    headers = {"Retry-After": error.details["retry_after_seconds"]} if "retry_after_seconds" in error.details else {}
    more = {**({"field": error.field} if error.field else {}), **({"details": error.details} if error.details else {})}
    return _problem(codes.http, codes.title, error.reason, error.message, headers, more)


def _problem(status: int, title: str, reason: str, detail: str, headers: Mapping[str, str], more: Mapping[str, object]) -> Response:
    body = {
        "type": f"urn:baton:problem:{reason.lower().replace('_', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "reason": reason,
        "request_id": request_id.get(),
        **more,
    }
    return Response(orjson.dumps(_printable(body)), status_code=status, media_type="application/problem+json", headers=dict(headers))


def _printable(body: Mapping[str, object]) -> dict[str, object]:
    """What is repeated of the caller's own words, a path or a field's name, is cut; a lone surrogate in it cannot be sent back."""
    return {key: value[:MAX_LENGTH].encode(errors="replace").decode() if isinstance(value, str) else value for key, value in body.items()}


def install(app: FastAPI) -> None:
    """Give every request an id and every failure a problem+json."""

    @app.middleware("http")
    async def with_request_id(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        begin_request(request.headers.get("x-request-id", ""))
        answer = await call_next(request)
        answer.headers["x-request-id"] = request_id.get()
        return answer

    @app.exception_handler(ServiceError)
    async def on_service_error(_request: Request, error: ServiceError) -> Response:
        return response(error)

    @app.exception_handler(RequestValidationError)
    async def on_validation_error(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return response(InvalidError(field, str(first["msg"])))

    @app.exception_handler(HTTPException)
    async def on_http_error(_request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        return _problem(status, status.phrase, status.name, str(error.detail), error.headers or {}, {})

    @app.exception_handler(Exception)
    async def on_bug(_request: Request, error: Exception) -> Response:
        logger.error("request failed", exc_info=error)
        return response(ServiceError("INTERNAL", "Something went wrong; the log has it under the request id."))
