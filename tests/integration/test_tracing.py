"""One trace from a click in one browser, through every service, the log and the topic, to the frame in another browser."""

import secrets
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.collector import Collector, Span, collecting
from tests.harness.recruits import PASSWORD, recruit
from tests.harness.site import Site
from tests.harness.waiting import wait_until

SECRET = "nobody but the user reads this"
SERVICES = {f"baton-{name}" for name in ("realtime", "conversation", "auth", "analytics")}
# What each process did of it, and what that stands under.
WAY = {
    ("baton-realtime", "POST /api/conversations/{conversation_id}/transfer"): "",
    ("baton-conversation", "baton.conversation.v1.AgentService/Transfer"): "POST /api/conversations/{conversation_id}/transfer",
    ("baton-conversation", "append"): "baton.conversation.v1.AgentService/Transfer",
    ("baton-conversation", "relay"): "append",
    ("baton-realtime", "frames"): "relay",
    ("baton-analytics", "handle baton.conversation.events.v1"): "relay",
}


@pytest.fixture
async def collector(observed: Site) -> AsyncIterator[Collector]:
    async with collecting(observed.plan.settings["auth"]["OTLP_ENDPOINT"].removeprefix("http://")) as collector:
        yield collector


async def test_a_click_is_followed_to_the_frame_in_another_browser(observed: Site, collector: Collector) -> None:
    url = observed.urls()[0]
    platform = Platform(observed.public_targets(), observed.demo.api_key, seed=2)
    # Who was looked up a moment before is remembered, and auth is not asked again.
    colleague = await recruit(url, observed.login("ADMIN"), "agent")
    async with Browser(url, *observed.login("AGENT1")) as budi, Browser(url, colleague.email, PASSWORD) as siti:
        started = await platform.start(str(uuid.uuid4()))
        said = await platform.user_says(started.conversation_id, SECRET)
        taken = await budi.command(started.conversation_id, "take-over")
        socket, _ = await siti.watch_list()
        trace, click = secrets.token_hex(16), secrets.token_hex(8)
        transfer = {"command_id": str(uuid.uuid4()), "seen_seq": taken["seq"], "to_agent_id": siti.account["id"], "note": SECRET}
        path = f"/api/conversations/{started.conversation_id}/transfer"
        answer = await budi.send("POST", path, json=transfer, headers={"traceparent": f"00-{trace}-{click}-01"})
        assert answer.status_code == 200
        assert said.seq < answer.json()["seq"]
        await socket.wait_for("row", lambda frame: frame["patch"]["seq"] == answer.json()["seq"])

        def complete() -> bool:
            found = {(span.service, span.name) for span in collector.of(trace)}
            return found >= WAY.keys() and {service for service, _ in found} == SERVICES

        await wait_until(complete, 30, what="spans of every service")
    await platform.close()
    spans = {span.span_id: span for span in collector.of(trace)}
    for span in spans.values():
        way = WAY.get((span.service, span.name))
        if way is not None:
            assert _parent(spans, span) == way, span
    assert next(span for span in spans.values() if span.name.startswith("POST")).parent_id == click
    assert any(span.service == "baton-auth" and _parent(spans, span) for span in spans.values())
    assert all(SECRET.encode() not in sent for sent in collector.raw)
    assert SECRET not in _logged(observed)


def _logged(site: Site) -> str:
    """Return all that the services have said."""
    return "".join((Path(site.plan.home) / "logs" / f"{name}.log").read_text() for name in ("auth", "conversation", "realtime", "analytics"))


def _parent(spans: dict[str, Span], span: Span) -> str:
    parent = spans.get(span.parent_id)
    return parent.name if parent else ""
