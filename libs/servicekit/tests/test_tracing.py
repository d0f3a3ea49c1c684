"""Tracing: nothing while it is off; on, spans under the right parents, ids in the log, and no text of an error."""

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest
from servicekit import tracing

from deploy.local.ports import free_port
from tests.harness.collector import Collector, collecting
from tests.harness.waiting import wait_until

PARENT = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    address = f"127.0.0.1:{free_port()}"
    async with collecting(address) as collector:
        tracing.start("test", f"http://{address}")
        try:
            yield collector
        finally:
            await tracing.stop()


async def test_off_nothing_is_known() -> None:
    tracing.start("test", "")
    with tracing.span("work") as span:
        span.rename("anything")
        assert (tracing.is_on(), tracing.current(), dict(tracing.ids())) == (False, "", {})
    assert tracing.passed("work", PARENT, time.time()) == ""
    await tracing.stop()


def test_off_nothing_of_it_is_imported() -> None:
    program = "import sys, servicekit.tracing, servicekit.grpc_server, servicekit.kafka; print([name for name in sys.modules if 'opentelemetry' in name])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "[]"


async def test_spans_stand_under_what_another_process_named(collector: Collector) -> None:
    with tracing.span("outer", PARENT, "server"), tracing.span("unnamed") as inner:
        inner.rename("inner")
        follower = tracing.passed("follower", tracing.current(), time.time() - 1)
    assert tracing.passed("nobody's", "", time.time()) == ""
    await wait_until(lambda: len(collector.spans) == 3, what="three spans")
    spans = {span.name: span for span in collector.spans}
    assert {span.trace_id for span in spans.values()} == {"a" * 32}
    assert spans["outer"].parent_id == "b" * 16
    assert spans["inner"].parent_id == spans["outer"].span_id
    assert spans["follower"].parent_id == spans["inner"].span_id
    assert follower == f"00-{'a' * 32}-{spans['follower'].span_id}-01"
    assert {span.service for span in spans.values()} == {"baton-test"}


async def test_what_is_no_traceparent_begins_a_trace_of_its_own(collector: Collector) -> None:
    with tracing.span("outer", "anything"):
        pass
    await wait_until(lambda: collector.spans, what="a span")
    assert collector.spans[0].parent_id == ""


async def test_an_error_marks_its_span_and_its_words_stay_out(collector: Collector) -> None:
    def fail() -> None:
        raise ValueError("what the user wrote")

    with pytest.raises(ValueError, match="wrote"), tracing.span("failing"):
        fail()
    await wait_until(lambda: collector.raw, what="a span")
    assert b"what the user wrote" not in b"".join(collector.raw)


def test_lines_of_the_log_carry_the_ids_of_their_trace() -> None:
    program = f"""
from servicekit import logs, tracing
logs.configure("test")
tracing.start("test", "http://127.0.0.1:1")
logger = logs.get_logger("test")
logger.info("before")
with tracing.span("work", "{PARENT}"):
    logger.info("within")
import os; print(flush=True); os._exit(0)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    before, within = (json.loads(line) for line in said.splitlines() if line.startswith("{") and '"logger": "test"' in line)
    assert "trace_id" not in before
    assert within["trace_id"] == "a" * 32
    assert len(within["span_id"]) == 16
