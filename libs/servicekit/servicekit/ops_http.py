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
    """Started and not draining. Checks are cheap reads of a state kept elsewhere; they never probe.

    A check that is not well keeps the process from having started. Afterwards it is only reported, unless it is one that `always` counts:
    a dependency that is away is away for all replicas, and to take them all out would turn a part's outage into the whole's.
    """

    def __init__(self) -> None:
        """Begin as not started."""
        self._started = False
        self._was_ready = False
        self._draining = False
        self._checks: dict[str, Check] = {}
        self._always: set[str] = set()

    def add(self, name: str, check: Check, *, always: bool = False) -> None:
        """Let a named check count: until the start is done, or for ever."""
        self._checks[name] = check
        if always:
            self._always.add(name)

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
        """Return all that is not well, by name."""
        problems = {name: problem for name, check in self._checks.items() if (problem := check())}
        if not self._started:
            problems["start"] = "still starting"
        if self._draining:
            problems["drain"] = "draining"
        return problems

    def is_ready(self) -> bool:
        """Tell whether work is wanted here."""
        problems = self.problems()
        self._was_ready = self._was_ready or not problems
        return self._was_ready and not problems.keys() & (self._always | {"drain"})


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
        is_ready = self._readiness.is_ready()
        return JSONResponse({"ready": is_ready, "problems": self._readiness.problems()}, status_code=200 if is_ready else 503)

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
