"""grpc.aio's server, made to survive what it is asked for.

grpcio (1.85.1, and newer by its source) decodes the path of every call that is of no registered method, in the one loop that accepts calls. A path that is not
UTF-8 ends that loop, and with it the whole listener for good: anyone who can connect could do that, without any credentials. Here such calls never come to
that loop. All of Baton's methods are registered, as generated code does; what is left is unknown, whatever its name is, and is answered UNIMPLEMENTED at once.

It stands on parts of grpcio that have no promise: the version is pinned, and `libs/servicekit/tests/test_grpc_unknown.py` fails when it no longer holds.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc.aio
from grpc._cython import cygrpc  # type: ignore[attr-defined]  # compiled; the stubs leave it out
from grpc.aio import ServerInterceptor


class _NoMethods:
    """Where an unknown method is looked up."""

    def resolve_handler(self, _details: object) -> None:
        """Find nothing."""


_NONE = _NoMethods()


class _AioServer(cygrpc.AioServer):  # type: ignore[misc]  # compiled; has no types
    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401  # passed on as they are
        super().__init__(*arguments)
        self._refusals: set[asyncio.Task[None]] = set()

    def _make_request_call_future(self, method: bytes | None) -> "asyncio.Task[Any]":
        if method is None:
            return asyncio.get_running_loop().create_task(self._refuse_unknown())
        registered: asyncio.Task[Any] = super()._make_request_call_future(method)
        return registered

    async def _refuse_unknown(self) -> None:
        """Answer for ever; ends with grpcio's own error when the server stops."""
        loop = asyncio.get_running_loop()
        while True:
            call = await self._request_call()
            answering = cygrpc._handle_rpc("", _NONE, (), call, loop, False)  # noqa: SLF001  # as grpcio's own loop does
            refusal = loop.create_task(cygrpc._schedule_rpc_coro(answering, call, loop, "unknown"))  # noqa: SLF001  # likewise
            # A loop holds its tasks weakly.
            self._refusals.add(refusal)
            refusal.add_done_callback(self._refusals.discard)


class Server(grpc.aio._server.Server):  # type: ignore[name-defined,misc]  # noqa: SLF001  # its public name is a factory
    """What `grpc.aio.server` returns, on the listener above."""

    def __init__(self, interceptors: Sequence[ServerInterceptor], options: Sequence[tuple[str, Any]]) -> None:
        """Without a super().__init__: it would make, and leak, a listener of the ordinary kind."""
        self._loop = cygrpc.get_working_loop()
        self._server = _AioServer(self._loop, None, (), tuple(interceptors), tuple(options), None)
