"""The ops port: /healthz (the process turns), /readyz (started, not draining, with each check named), /metrics."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import nullcontext

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

# Returns "" when well, else what is wrong, in words.
Check = Callable[[], str]


class Readiness:
    """Started, not draining, and every check well. Checks are cheap reads of a state kept elsewhere; they never probe."""

    def __init__(self) -> None:
        """Begin as not started."""
        self._started = False
        self._draining = False
        self._checks: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        """Let a named check count."""
        self._checks[name] = check

    def started(self) -> None:
        """Say that start-up is done."""
        self._started = True

    def draining(self) -> None:
        """Say that no new work is wanted."""
        self._draining = True

    @property
    def is_draining(self) -> bool:
        """Tell whether long-lived calls should end by themselves now."""
        return self._draining

    def problems(self) -> dict[str, str]:
        """Return what keeps the process from being ready, by name."""
        problems = {name: problem for name, check in self._checks.items() if (problem := check())}
        if not self._started:
            problems["start"] = "still starting"
        if self._draining:
            problems["drain"] = "draining"
        return problems


class OpsServer:
    """Serves the ops port inside the process's own event loop."""

    def __init__(self, host: str, port: int, readiness: Readiness) -> None:
        """Port 0 takes a free one; see `port` after start."""
        self._readiness = readiness
        routes = [Route("/healthz", self._healthz), Route("/readyz", self._readyz), Route("/metrics", self._metrics)]
        self._address = (host, port)
        config = uvicorn.Config(Starlette(routes=routes), log_config=None, access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        # The process has its own signal handling (servicekit.process).
        self._server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # a context manager either way
        self._task: asyncio.Task[None] | None = None
        self.port = port

    async def start(self) -> None:
        """Listen; OSError if the port is taken."""
        # Bound here, since uvicorn ends the process where it cannot bind.
        listener = socket.create_server(self._address, family=socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET)
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]), name="ops-http")
        while not self._server.started:
            if self._task.done():
                self._task.result()
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Stop listening."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task

    async def _healthz(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _readyz(self, _request: Request) -> Response:
        problems = self._readiness.problems()
        return JSONResponse({"ready": not problems, "problems": problems}, status_code=503 if problems else 200)

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
