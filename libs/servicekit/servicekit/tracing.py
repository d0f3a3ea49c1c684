"""One trace over all services, or none: off unless an endpoint is given, and then nothing of OpenTelemetry is even imported.

What goes from one process to the next is the W3C `traceparent`: a header of a request, metadata of an RPC, a field of an event in the log, a header of its
Kafka record. Spans have names and times; what people wrote, and who they are, is never in one.
"""

import asyncio
import importlib
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol, cast

HEADER = "traceparent"
Kind = Literal["internal", "server", "producer", "consumer"]


class Span(Protocol):
    """What is being done now."""

    def rename(self, name: str) -> None:
        """Give it another name: what it is may be known only at its end."""
        ...


class Tracer(Protocol):
    """What servicekit.otlp implements."""

    def span(self, name: str, parent: str, kind: Kind) -> AbstractContextManager[Span]:
        """Return a span for the time of a `with`, under the parent, or under the current span where none is named."""
        ...

    def passed(self, name: str, parent: str, began: float, kind: Kind) -> str:
        """Write down a span that began then (seconds since the epoch) and is over; return its traceparent."""
        ...

    def current(self) -> str:
        """Return the current span's traceparent; empty where there is none."""
        ...

    def ids(self) -> Mapping[str, str]:
        """Return the current trace's and span's ids, for logs."""
        ...

    def stop(self) -> None:
        """Send what has not been sent; takes some seconds where nobody answers."""
        ...


class _Untold:
    def rename(self, name: str) -> None:
        """Nobody hears of it."""


_UNTOLD: AbstractContextManager[Span] = nullcontext(_Untold())
_NO_IDS: Mapping[str, str] = {}


class _Switch:
    """Whether this process traces: one for all its parts, as its log is."""

    tracer: Tracer | None = None


def start(service: str, endpoint: str) -> None:
    """Trace from now on, where an endpoint (OTLP over gRPC, as http://collector:4317) is given."""
    if endpoint:
        _Switch.tracer = cast("Tracer", importlib.import_module("servicekit.otlp").OtlpTracer(service, endpoint))


async def stop() -> None:
    """Send what has not been sent, and trace no more."""
    tracer, _Switch.tracer = _Switch.tracer, None
    if tracer is not None:
        await asyncio.to_thread(tracer.stop)


def is_on() -> bool:
    """Tell whether anything is traced."""
    return _Switch.tracer is not None


def span(name: str, parent: str = "", kind: Kind = "internal") -> AbstractContextManager[Span]:
    """Return a span for the time of a `with`: under the parent that another process named, else under the current one, else the first of a trace."""
    return _UNTOLD if _Switch.tracer is None else _Switch.tracer.span(name, parent, kind)


def passed(name: str, parent: str, began: float, kind: Kind = "internal") -> str:
    """Write down what began then (seconds since the epoch) and is over now, if its parent is traced; return what its own followers are to be given."""
    return _Switch.tracer.passed(name, parent, began, kind) if _Switch.tracer is not None and parent else ""


def current() -> str:
    """Return what the next process is to be given; empty where nothing is traced."""
    return "" if _Switch.tracer is None else _Switch.tracer.current()


def ids() -> Mapping[str, str]:
    """Return what a line of the log says of its trace."""
    return _NO_IDS if _Switch.tracer is None else _Switch.tracer.ids()
