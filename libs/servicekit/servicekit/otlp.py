"""Tracing by OpenTelemetry, sent by OTLP over gRPC. Imported only where it is turned on; OTEL_TRACES_SAMPLER and its like are obeyed."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from servicekit.tracing import HEADER, Kind

_KINDS = {
    "internal": trace.SpanKind.INTERNAL,
    "server": trace.SpanKind.SERVER,
    "producer": trace.SpanKind.PRODUCER,
    "consumer": trace.SpanKind.CONSUMER,
}
_PROPAGATOR = TraceContextTextMapPropagator()
_NANOSECONDS = 1_000_000_000
# For one batch, with what is tried again: a process that ends waits for those that are left, even where no collector answers.
EXPORT_SECONDS = 2


class _Span:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def rename(self, name: str) -> None:
        self._span.update_name(name)


class OtlpTracer:
    """See the Tracer protocol. Spans are sent in batches by a thread of their own; nothing waits for them, and too many are dropped."""

    def __init__(self, service: str, endpoint: str) -> None:
        """`endpoint` is a URL; https means TLS by the system's authorities."""
        self._provider = TracerProvider(resource=Resource.create({"service.name": f"baton-{service}"}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS)))
        self._tracer = self._provider.get_tracer("baton")

    @contextmanager
    def span(self, name: str, parent: str, kind: Kind) -> Iterator[_Span]:
        """See the protocol. An error marks the span; its text, which may be a user's, stays out of it."""
        context = _under(parent) if parent else None
        with self._tracer.start_as_current_span(name, context, _KINDS[kind], record_exception=False, set_status_on_exception=False) as span:
            try:
                yield _Span(span)
            except Exception:
                span.set_status(trace.StatusCode.ERROR)
                raise

    def passed(self, name: str, parent: str, began: float, kind: Kind) -> str:
        """See the protocol."""
        span = self._tracer.start_span(name, _under(parent), _KINDS[kind], start_time=int(min(began, time.time()) * _NANOSECONDS))
        span.end()
        return _traceparent(span.get_span_context())

    def current(self) -> str:
        """See the protocol."""
        return _traceparent(trace.get_current_span().get_span_context())

    def ids(self) -> Mapping[str, str]:
        """See the protocol."""
        context = trace.get_current_span().get_span_context()
        return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"} if context.is_valid else {}

    def stop(self) -> None:
        """See the protocol."""
        self._provider.shutdown()


def _under(parent: str) -> Context:
    """Return the context that a traceparent names; one without a parent where it is none: then a trace of its own begins."""
    return _PROPAGATOR.extract({HEADER: parent}, Context())


def _traceparent(context: trace.SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}" if context.is_valid else ""
