"""What every request passes before a handler: where a command may come from, how large a body may be, what every answer says to the browser."""

import time
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import Response
from servicekit import problem, tracing
from servicekit.caller import begin_request, request_id
from servicekit.errors import ForbiddenError, ServiceError, TooLargeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.realtime.metrics import HTTP_SECONDS

MAX_BODY_BYTES = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def security_headers(public_origin: str) -> dict[str, str]:
    """Return what every answer carries: pages load nothing from elsewhere, run no inline script or style, and are framed by nobody."""
    host = urlsplit(public_origin).netloc
    secure = public_origin.startswith("https:")
    socket = f"{'wss' if secure else 'ws'}://{host}"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; "
        f"connect-src 'self' {socket}; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    }
    return {**headers, "strict-transport-security": "max-age=31536000"} if secure else headers


class Guards:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, public_origin: str) -> None:
        """`public_origin` is the only one that commands may come from."""
        self._app = app
        self._origin = public_origin
        self._headers = security_headers(public_origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._mark(scope, message)
            await send(message)

        try:
            with tracing.span("request", Headers(scope=scope).get(tracing.HEADER, ""), "server") as span:
                await self._guarded(scope, receive, answer)
                span.rename(f"{scope['method']} {_route(scope)}")
        finally:
            HTTP_SECONDS.labels(scope["method"], _route(scope), str(status)).observe(time.perf_counter() - began)

    def _mark(self, scope: Scope, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers[name] = value
        if scope["path"].startswith("/api/"):
            headers["cache-control"] = "no-store"

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if scope["method"] not in SAFE_METHODS and headers.get("origin") != self._origin:
            refusal = ForbiddenError("ORIGIN_NOT_ALLOWED", "A command is accepted from Baton's own pages only.")
            await _refused(refusal, headers)(scope, receive, send)
            return
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            await _refused(_too_large(), headers)(scope, receive, send)
            return
        if "transfer-encoding" in headers:
            # Its length is known only once it is here.
            read = await _read(receive)
            if read is None:
                await _refused(_too_large(), headers)(scope, receive, send)
                return
            receive = _again(read, receive)
        await self._app(scope, receive, send)


def _refused(error: ServiceError, headers: Headers) -> Response:
    """Return the refusal under a request id, as every answer has one: the application's own layer was not reached."""
    begin_request(headers.get("x-request-id", ""))
    answer = problem.response(error)
    answer.headers["x-request-id"] = request_id.get()
    return answer


def _too_large() -> TooLargeError:
    return TooLargeError("TOO_LARGE", f"A request's body has at most {MAX_BODY_BYTES} bytes.")


async def _read(receive: Receive) -> bytes | None:
    """Return a whole body; None for one that is too large."""
    body = b""
    while len(body) <= MAX_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body if len(body) <= MAX_BODY_BYTES else None
    return None


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read, then what else comes."""
    given = False

    async def first_the_body() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return first_the_body


def _route(scope: Scope) -> str:
    """Return the route's template; everything that is not a route is one label."""
    return str(getattr(scope.get("route"), "path", "none"))
