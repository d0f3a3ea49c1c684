"""Every query of the four dashboards, asked of a Prometheus that scrapes real services while people work: no panel is empty.

With BATON_SCREENSHOTS each dashboard is drawn there; BATON_DASHBOARD_SECONDS lets people work for longer than one round.
"""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.monitoring.boards import BOARDS, Panel
from deploy.monitoring.grafana import scoped
from deploy.monitoring.pictures import Line, named, picture
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.prometheus import RATE_INTERVAL, Prometheus, scraping
from tests.harness.site import Site
from tests.harness.waiting import wait_until

PICTURES = os.environ.get("BATON_SCREENSHOTS", "")
SECONDS = float(os.environ.get("BATON_DASHBOARD_SECONDS", "0"))
# Rates need a change between scrapes, after the first value: people do everything once, are scraped, and do it again.
ROUNDS = 2


@dataclass
class Desk:
    """Who works, and what watches them."""

    platform: Platform
    budi: Browser
    siti: Browser
    prometheus: Prometheus


@pytest.fixture
async def desk(observed: Site, tmp_path: Path) -> AsyncIterator[Desk]:
    targets = {service: observed.plan.address(f"{service}.ops") for service in ("auth", "conversation", "realtime", "analytics")}
    url = observed.urls()[0]
    async with AsyncExitStack() as stack:
        prometheus = stack.enter_context(scraping(targets, tmp_path / "prometheus"))
        platform = Platform(observed.public_targets(), observed.demo.api_key, seed=3)
        stack.push_async_callback(platform.close)
        budi = await stack.enter_async_context(Browser(url, *observed.login("AGENT1")))
        siti = await stack.enter_async_context(Browser(url, *observed.login("AGENT2")))
        await prometheus.scrapes(len(targets))
        yield Desk(platform, budi, siti, prometheus)


async def work(desk: Desk) -> None:
    """Everything that a dashboard shows, once: taken over for both reasons, transferred, released, handed back, closed; typing, a wrong password."""
    platform, budi, siti = desk.platform, desk.budi, desk.siti
    socket, _ = await siti.watch_list()
    first = await platform.start(str(uuid.uuid4()))
    conversation = first.conversation_id
    await platform.user_says(conversation, "Is anybody there?")
    await platform.ai_says(conversation, "I am.", first.epoch)
    await platform.asks_for_a_human(conversation, first.epoch, "refund")
    taken = await budi.command(conversation, "take-over")
    socket.send(type="conversation.open", conversation_id=conversation, after_seq=0)
    socket.send(type="typing", conversation_id=conversation, active=True)
    sent = await budi.command(conversation, "messages", text="I can help.", seen_seq=taken["seq"])
    moved = await budi.command(conversation, "transfer", seen_seq=sent["seq"], to_agent_id=siti.account["id"])
    answered = await siti.command(conversation, "messages", text="It is done.", seen_seq=moved["seq"])
    assert answered["seq"] > moved["seq"]
    await siti.command(conversation, "close", reason="resolved")
    second = await platform.start(str(uuid.uuid4()))
    await platform.user_says(second.conversation_id, "Hello?")
    held = await budi.command(second.conversation_id, "take-over")
    back = await budi.command(second.conversation_id, "hand-back", seen_seq=held["seq"])
    await budi.command(second.conversation_id, "take-over")
    await budi.command(second.conversation_id, "release")
    assert back["control"]["ai_may_speak"]
    cursor = (await socket.wait_for("ping", lambda frame: frame.get("cursor")))["cursor"]
    again = await siti.open_socket()
    again.send(type="resume", cursor=cursor)
    refused = await budi.send("POST", "/api/session/login", json={"email": f"{uuid.uuid4()}@baton.example", "password": "not the password"})
    assert refused.status_code == 401
    await again.close()
    await socket.close()


async def shown(prometheus: Prometheus, panel: Panel, start: float, end: float) -> dict[str, list[Line]]:
    """Return what each query of a panel gives, by its legend."""
    found = {}
    for query, legend in panel.queries:
        filled = scoped(query).replace("$__rate_interval", RATE_INTERVAL).replace("$__range", f"{int(end - start) + 1}s")
        series = await prometheus.series(filled.replace("$job", ".+").replace("$instance", ".+"), start, end)
        found[legend or panel.title] = [Line(named(legend or panel.title, each.labels), each.points) for each in series]
    return found


async def empty(prometheus: Prometheus, start: float) -> list[str]:
    """Return the queries that give nothing."""
    end = time.time()
    return [
        f"{board.title}: {panel.title}: {legend}"
        for board in BOARDS
        for panel in board.panels
        for legend, lines in (await shown(prometheus, panel, start, end)).items()
        if not lines
    ]


async def test_no_panel_of_any_dashboard_is_empty(desk: Desk) -> None:
    start = time.time()
    for _ in range(ROUNDS):
        await work(desk)
        await _scraped(desk.prometheus)
    while time.time() < start + SECONDS:
        await work(desk)

    async def all_shown() -> bool:
        if not await empty(desk.prometheus, start):
            return True
        # What grows is seen to grow only between two scrapes.
        await work(desk)
        return False

    try:
        await wait_until(all_shown, 60, what="something in every panel", interval_seconds=1)
    except TimeoutError:
        pytest.fail("empty:\n" + "\n".join(await empty(desk.prometheus, start)))
    if PICTURES:
        await _draw(desk.prometheus, start, time.time())


async def _scraped(prometheus: Prometheus) -> None:
    """Wait until the counts of analytics, the last to know, have been scraped as they are now."""
    since = time.time()

    async def seen() -> bool:
        series = await prometheus.series("baton_conversation_appends_total", since, time.time())
        return any(len(each.points) > 1 for each in series)

    await wait_until(seen, 30, what="a scrape", interval_seconds=0.5)


async def _draw(prometheus: Prometheus, start: float, end: float) -> None:
    folder = Path(PICTURES)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    for board in BOARDS:
        lines = {panel.title: [line for found in (await shown(prometheus, panel, start, end)).values() for line in found] for panel in board.panels}
        await asyncio.to_thread((folder / f"dashboard-{board.name}.svg").write_text, picture(board, lines, start, end))
