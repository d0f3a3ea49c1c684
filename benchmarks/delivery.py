"""Delivery: from an append's start to its frame on a browser-like socket, at 100 messages a second, against the sum of its hops."""

import asyncio
import json
import time
import uuid

from picows import WSFrame, WSMsgType, WSTransport, ws_connect

from benchmarks.floors import insert_and_change, socket_frame, through_kafka
from benchmarks.timing import open_loop, summary
from tests.harness.browser import Browser, Socket
from tests.harness.callers import Platform
from tests.harness.site import Site
from tests.harness.waiting import wait_until

PER_SECOND = 100.0
SECONDS = 15.0
# As many as a socket may have open.
CONVERSATIONS = 20


class TimedSocket(Socket):
    """A socket that notes when each text came."""

    def __init__(self) -> None:
        super().__init__()
        self.came: dict[str, float] = {}

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Note the moment before anything else."""
        now = time.perf_counter()
        if frame.msg_type == WSMsgType.TEXT:
            content = json.loads(frame.get_payload_as_utf8_text())
            if content["type"] == "event":
                self.came[content["event"]["body"].get("text", "")] = now
        super().on_ws_frame(transport, frame)


async def row(site: Site) -> str:
    """Return the table's row."""
    insert, change = await insert_and_change(site.mongodb_uri, PER_SECOND, SECONDS)
    kafka = await through_kafka(site.kafka_servers, PER_SECOND, SECONDS)
    frame = await socket_frame(5.0)
    hops = insert + change + kafka + frame
    times = await _delivered(site)
    measured = summary(times, SECONDS)
    parts = f"insert {insert:.1f} + change {change:.1f} + Kafka {kafka:.1f} + frame {frame:.2f}"
    took = f"p50 {measured.p50:.1f} ms | p99 {measured.p99:.1f} ms"
    return f"| append to frame at {PER_SECOND:.0f}/s | {took} | {hops:.1f} ms = {parts} | {measured.p50 / hops:.2f} |"


async def _delivered(site: Site) -> list[float]:
    platform = Platform(site.public_targets(), site.demo.api_key, seed=9)
    sent: dict[str, float] = {}
    async with Browser(site.urls()[0], *site.login("AGENT1")) as browser:
        started = await asyncio.gather(*(platform.start(f"bench-{uuid.uuid4()}") for _ in range(CONVERSATIONS)))
        socket = await _open(browser)
        for answer in started:
            socket.send(type="conversation.open", conversation_id=answer.conversation_id, after_seq=answer.seq)

        async def say(number: int) -> None:
            text = f"{number} {uuid.uuid4()}"
            sent[text] = time.perf_counter()
            await platform.user_says(started[number % CONVERSATIONS].conversation_id, text)

        await open_loop(say, PER_SECOND, 2.0)  # warm
        sent.clear()
        await open_loop(say, PER_SECOND, SECONDS)
        await wait_until(lambda: sent.keys() <= socket.came.keys(), 10, what="every message on the socket")
    await platform.close()
    return [(socket.came[text] - began) * 1000 for text, began in sent.items()]


async def _open(browser: Browser) -> TimedSocket:
    socket = TimedSocket()
    headers = browser.socket_headers()
    await ws_connect(lambda: socket, browser.url.replace("http", "ws", 1) + "/api/socket", extra_headers=headers)
    await socket.wait_for("hello")
    return socket
