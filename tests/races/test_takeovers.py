"""The invariant under races: after a takeover is acknowledged no AI message enters the conversation until it is handed back."""

import asyncio
import os
import random
import uuid
from contextlib import AsyncExitStack

from tests.harness.browser import Browser, Socket
from tests.harness.callers import Agent, Answer, Platform
from tests.harness.site import Site
from tests.harness.waiting import wait_until
from tests.races.recount import Log, count, lost_or_moved, read_log, reasons, told, violations
from tests.races.rounds import Ledger, race_one_takeover
from tests.races.topic import first_appearances

TAKEOVERS = int(os.environ.get("RACE_TAKEOVERS", "1000"))
CONVERSATIONS = 20
CROWD_ROUNDS = int(os.environ.get("RACE_CROWD_ROUNDS", "250"))
SEED = 20_261_122


async def test_no_ai_message_stands_between_a_takeover_and_its_hand_back(site: Site, platform: Platform, agents: list[Agent], measured: dict[str, str]) -> None:
    chance = random.Random(SEED)  # when a takeover falls
    ledger = Ledger()
    started = await asyncio.gather(*(platform.start(f"race-{uuid.uuid4()}") for _ in range(CONVERSATIONS)))
    ledger.accepted += started

    async def rounds(conversation_id: str, agent: Agent) -> None:
        for _ in range(TAKEOVERS // CONVERSATIONS):
            await race_one_takeover(platform, agent, conversation_id, ledger, chance)

    async with AsyncExitStack() as browsers:
        sockets = [await _watching(await browsers.enter_async_context(Browser(url, *site.login("AGENT1"))), started) for url in site.urls()]
        await asyncio.gather(*(rounds(answer.conversation_id, agents[number % len(agents)]) for number, answer in enumerate(started)))
        log = await read_log(site.mongodb_uri, [answer.conversation_id for answer in started])
        for socket in sockets:
            await _assert_socket_has_the_logs_order(socket, log)
    assert ledger.spoke_after == []
    assert violations(log) == []
    assert lost_or_moved(log, ledger.accepted) == []
    assert {answer.refusal for answer in ledger.refused_ai} <= {"CONTROL_LOST", "TOO_MANY_DRAFTS"}
    assert ledger.takeovers == TAKEOVERS // CONVERSATIONS * CONVERSATIONS
    # Both outcomes were raced for: some appends were first, some were not.
    assert count(log, "ai_message") > ledger.takeovers // 10
    assert count(log, "ai_draft_withheld") > ledger.takeovers // 10
    await _assert_topic_has_the_logs_order(site, log)
    measured.update({"takeovers": str(ledger.takeovers), "events": told(log), "refusals": reasons(ledger.refused_ai)})


async def _assert_topic_has_the_logs_order(site: Site, log: Log) -> None:
    newest = {conversation_id: len(events) for conversation_id, events in log.items()}
    topic = await first_appearances(site.kafka_servers, newest, deadline_seconds=60)
    assert topic == {conversation_id: list(range(1, last + 1)) for conversation_id, last in newest.items()}


async def _watching(browser: Browser, started: list[Answer]) -> Socket:
    """Return a socket that has these conversations open."""
    socket = await browser.open_socket()
    for answer in started:
        socket.send(type="conversation.open", conversation_id=answer.conversation_id, after_seq=answer.seq)
    return socket


async def _assert_socket_has_the_logs_order(socket: Socket, log: Log) -> None:
    wanted = sum(len(events) - 1 for events in log.values())
    await wait_until(lambda: len(socket.of_type("event")) >= wanted, 60, what=f"{wanted} events on the socket")
    seen: dict[str, list[int]] = {conversation_id: [] for conversation_id in log}
    for frame in socket.of_type("event"):
        seen[frame["event"]["conversation_id"]].append(frame["event"]["seq"])
    assert seen == {conversation_id: list(range(2, len(events) + 1)) for conversation_id, events in log.items()}


async def test_of_twenty_who_click_at_once_one_wins_and_the_others_are_told_who(site: Site, platform: Platform, crowd: list[Agent]) -> None:
    started = await platform.start(f"crowd-{uuid.uuid4()}")
    conversation_id = started.conversation_id
    for _ in range(CROWD_ROUNDS):
        answers = await asyncio.gather(*(agent.take_over(conversation_id) for agent in crowd))
        won = [(agent, answer) for agent, answer in zip(crowd, answers, strict=True) if not answer.refusal]
        told = [answer for answer in answers if answer.refusal]
        assert len(won) == 1
        winner, taken = won[0]
        assert {answer.refusal for answer in told} == {"ALREADY_TAKEN"}
        assert {answer.details["agent_id"] for answer in told} == {winner.account_id}
        back = await winner.hand_back(conversation_id, taken.seq)
        assert not back.refusal, back
    log = await read_log(site.mongodb_uri, [conversation_id])
    assert violations(log) == []
    assert count(log, "taken_over") == CROWD_ROUNDS
