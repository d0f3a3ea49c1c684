"""A gRPC server with what each of Baton's has: who calls, errors as google.rpc.Status, deadlines, metrics, health, reflection."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status
from prometheus_client import Counter, Histogram

from servicekit import caller, tracing
from servicekit.errors import InvalidError, ServiceError, UnavailableError
from servicekit.grpc_errors import to_status
from servicekit.grpc_tls import ListenerCertificate
from servicekit.grpc_unknown import Server
from servicekit.logs import get_logger

logger = get_logger(__name__)

MAX_MESSAGE_BYTES = 1024 * 1024
# A caller that sets no deadline gets this one, so that nothing hangs for ever. Streams are exempt.
DEFAULT_DEADLINE_SECONDS = 10.0

# Reads a call's metadata and records the caller (servicekit.caller); raises ServiceError to refuse.
Authenticate = Callable[[Mapping[str, str]], Awaitable[None]]

RPC_SECONDS = Histogram(
    "baton_grpc_server_seconds",
    "Time to answer an RPC, or a command on a stream as the RPC that it stands for.",
    ["method", "code"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
RPC_STREAMS = Counter("baton_grpc_server_streams_total", "Streams that ended, by how.", ["method", "code"])


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every handler: request id, authentication, deadline, error mapping, metrics."""

    def __init__(self, authenticate: Authenticate, *, begins_traces: bool) -> None:
        """`authenticate` decides who calls, on every call but health and reflection; with `begins_traces` a call that nobody traced yet is traced from here."""
        self._authenticate = authenticate
        self._begins_traces = begins_traces

    async def intercept_service(self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]], handler_call_details: grpc.HandlerCallDetails) -> Any:  # noqa: ANN401
        """Wrap the handler of one call."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(("/grpc.health.", "/grpc.reflection.")):
            return handler
        metadata = {key: value for key, value in handler_call_details.invocation_metadata or () if isinstance(value, str)}
        # The bytes are read in here, after authentication: left to grpc, what is no message would be UNKNOWN with a traceback in the log.
        if handler.unary_unary is not None:
            handle = _reading(handler.request_deserializer, handler.unary_unary)
            return grpc.unary_unary_rpc_method_handler(self._unary(method, metadata, handle), None, handler.response_serializer)
        if handler.unary_stream is not None:
            handle = _reading(handler.request_deserializer, handler.unary_stream)
            return grpc.unary_stream_rpc_method_handler(self._stream(method, metadata, handle), None, handler.response_serializer)
        handle_each = _reading_each(handler.request_deserializer, handler.stream_stream)
        return grpc.stream_stream_rpc_method_handler(self._stream(method, metadata, handle_each), None, handler.response_serializer)

    async def _enter(self, metadata: Mapping[str, str]) -> None:
        caller.begin_request(metadata.get("x-request-id", ""))
        await self._authenticate(metadata)

    def _span(self, method: str, metadata: Mapping[str, str]) -> AbstractContextManager[object]:
        parent = metadata.get(tracing.HEADER, "")
        return tracing.span(method.removeprefix("/"), parent, "server") if parent or self._begins_traces else nullcontext()

    def _unary(self, method: str, metadata: Mapping[str, str], handle: Any) -> Any:  # noqa: ANN401  # grpc's own handler type is not expressible
        async def wrapped(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:  # noqa: ANN401
            began = time.perf_counter()
            code = "CANCELLED"
            remaining = context.time_remaining()
            seconds = DEFAULT_DEADLINE_SECONDS if remaining is None else min(remaining, DEFAULT_DEADLINE_SECONDS)
            try:
                with self._span(method, metadata):
                    async with asyncio.timeout(seconds):
                        await self._enter(metadata)
                        answer = await handle(request, context)
                        code = "OK"
                        return answer
            except Exception as error:  # noqa: BLE001  # the one place where an error becomes a status
                code = await _abort(context, method, error)
            finally:
                RPC_SECONDS.labels(method, code).observe(time.perf_counter() - began)

        return wrapped

    def _stream(self, method: str, metadata: Mapping[str, str], handle: Any) -> Any:  # noqa: ANN401
        async def wrapped(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:  # noqa: ANN401
            code = "OK"
            try:
                await self._enter(metadata)
                async for item in handle(request, context):
                    yield item
            except (asyncio.CancelledError, GeneratorExit):
                code = "CANCELLED"
                raise
            except Exception as error:  # noqa: BLE001
                code = await _abort(context, method, error)
            finally:
                RPC_STREAMS.labels(method, code).inc()

        return wrapped


def _reading(deserialize: Callable[[bytes], Any], handle: Callable[[Any, Any], Any]) -> Callable[[bytes, Any], Any]:
    """Return the handler that takes the request's bytes; InvalidError where they are no message of this method, or hold text that is not UTF-8."""

    def read(raw: bytes, context: Any) -> Any:  # noqa: ANN401  # as the handler
        return handle(_read(deserialize, raw), context)

    return read


def _reading_each(deserialize: Callable[[bytes], Any], handle: Callable[[Any, Any], Any]) -> Callable[[AsyncIterator[bytes], Any], Any]:
    """Return the handler that takes a stream of requests' bytes; reading one that is no message raises InvalidError at the handler."""

    async def read(raws: AsyncIterator[bytes]) -> AsyncIterator[Any]:
        async for raw in raws:
            yield _read(deserialize, raw)

    def reading(raws: AsyncIterator[bytes], context: Any) -> Any:  # noqa: ANN401  # as the handler
        return handle(read(raws), context)

    return reading


def _read(deserialize: Callable[[bytes], Any], raw: bytes) -> Any:  # noqa: ANN401  # each method's own message
    try:
        return deserialize(raw)
    except (DecodeError, UnicodeDecodeError):
        raise InvalidError("request", "must be this method's message, its texts in UTF-8") from None


async def _abort(context: grpc.aio.ServicerContext[Any, Any], method: str, error: Exception) -> str:
    """Answer with the error's status; what is not a ServiceError becomes INTERNAL with its text hidden. Returns the code."""
    if isinstance(error, grpc.aio.AbortError):
        raise error
    if isinstance(error, TimeoutError):
        error = UnavailableError("The answer did not come in time.")
    if not isinstance(error, ServiceError):
        logger.error("rpc failed", method=method, exc_info=error)
        error = ServiceError("INTERNAL", "Something went wrong; the log has it under the request id.")
    try:
        await context.abort_with_status(rpc_status.to_status(to_status(error)))
    except grpc.aio.AbortError:
        # grpc has recorded the status; raising on would log a traceback for every refusal.
        return error.kind.value.grpc
    return error.kind.value.grpc


class GrpcServer:
    """One listener with its services, health and reflection."""

    def __init__(
        self,
        *,
        authenticate: Authenticate,
        add_services: Sequence[Callable[[grpc.aio.Server], None]],
        service_names: Sequence[str],
        begins_traces: bool = False,
        max_connection_age_seconds: int = 0,
        max_connection_age_grace_seconds: int = 30,
    ) -> None:
        """`service_names` are full names, for health and reflection; `begins_traces`: its callers are none of ours.

        A stream open at a connection's maximal age has the grace to end by itself.
        """
        options: list[tuple[str, Any]] = [
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.so_reuseport", 0),
            ("grpc.keepalive_time_ms", 30_000),
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ]
        if max_connection_age_seconds:
            options += [
                ("grpc.max_connection_age_ms", max_connection_age_seconds * 1000),
                ("grpc.max_connection_age_grace_ms", max_connection_age_grace_seconds * 1000),
            ]
        self._server: grpc.aio.Server = Server([CallInterceptor(authenticate, begins_traces=begins_traces)], options)
        self._names = service_names
        self._health = health.aio.HealthServicer()
        for add in add_services:
            add(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection([*service_names, health.SERVICE_NAME, reflection.SERVICE_NAME], self._server)

    def listen(self, address: str, cert_file: str = "", key_file: str = "") -> int:
        """Bind host:port (0 for a free one) and return the port; with a certificate, for TLS alone. RuntimeError if the port is taken."""
        if cert_file:
            return self._server.add_secure_port(address, ListenerCertificate(cert_file, key_file).credentials())
        return self._server.add_insecure_port(address)

    async def start(self) -> None:
        """Begin to serve and say so to health checks."""
        await self._server.start()
        for name in ("", *self._names):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self, grace_seconds: float) -> None:
        """Turn health off, take no new calls, let those under way end within the grace."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace_seconds)
