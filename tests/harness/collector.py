"""An OTLP collector that keeps what it is sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc.aio
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


@dataclass(frozen=True)
class Span:
    """A span as it came."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str


@dataclass
class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Every span, in the order in which they came, and all that was said beside."""

    spans: list[Span] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    async def Export(  # noqa: N802  # the contract's name
        self,
        request: trace_service_pb2.ExportTraceServiceRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",  # noqa: ARG002  # the contract's
    ) -> trace_service_pb2.ExportTraceServiceResponse:
        self.raw.append(request.SerializeToString())
        for resource in request.resource_spans:
            service = next(pair.value.string_value for pair in resource.resource.attributes if pair.key == "service.name")
            for scope in resource.scope_spans:
                self.spans += [Span(service, span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()) for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()

    def of(self, trace_id: str) -> list[Span]:
        """Return a trace's spans."""
        return [span for span in self.spans if span.trace_id == trace_id]


@asynccontextmanager
async def collecting(address: str) -> AsyncIterator[Collector]:
    """Listen on host:port for the time of the `async with`."""
    collector, server = Collector(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]  # generated without types
    server.add_insecure_port(address)
    await server.start()
    try:
        yield collector
    finally:
        await server.stop(0)
