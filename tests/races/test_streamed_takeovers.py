"""The invariant attacked on streams beside unary calls: through connections that are cut, and by a platform that is stopped between permit and append."""

import asyncio
import json
import os
import random
import re
import signal
import sys
import uuid
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack

import httpx

from deploy.local import table
from deploy.local.parts import ROOT
from tests.harness.callers import Agent, Answer, Platform
from tests.harness.proxy import TcpProxy
from tests.harness.site import Site
from tests.harness.streaming import StreamingPlatform
from tests.races.recount import Log, faults, lost_or_moved, read_log, reasons, told, violations
from tests.races.rounds import Ledger, race_one_takeover

TAKEOVERS = int(os.environ.get("RACE_TAKEOVERS", "400"))
STOPS = max(25, TAKEOVERS // 20)
MOST_ROUNDS = 10 * STOPS
CONVERSATIONS = 20
UNARY_SHARE = 0.3
# Of each chunk of bytes, either way: with answers of many appends in it. A cut ends a stream with all that is under way on it.
CUT_CHANCE = 0.01
SEED = 20_261_123
# Where no AI may speak: a queue in these races was always left by a human.
SILENT = {"human", "queue"}


async def test_streams_beside_unary_calls_through_cut_connections_never_let_the_ai_speak_after_a_takeover(
    site: Site, platform: Platform, agents: list[Agent], measured: dict[str, str]
) -> None:
    chance = random.Random(SEED)  # when a takeover falls
    ledger = Ledger()
    started = await asyncio.gather(*(platform.start(f"streamed-{uuid.uuid4()}") for _ in range(CONVERSATIONS)))
    ledger.accepted += started
    with ExitStack() as network:
        proxies = [network.enter_context(TcpProxy(int(target.rpartition(":")[2]))) for target in site.public_targets()]
        for number, proxy in enumerate(proxies):
            proxy.cut_at_random(CUT_CHANCE, SEED + number)
        cut_off = StreamingPlatform([f"127.0.0.1:{proxy.port}" for proxy in proxies], site.demo.api_key, seed=5, unary_share=UNARY_SHARE)

        async def rounds(conversation_id: str, agent: Agent) -> None:
            for _ in range(TAKEOVERS // CONVERSATIONS):
                await race_one_takeover(cut_off, agent, conversation_id, ledger, chance)

        await asyncio.gather(*(rounds(answer.conversation_id, agents[number % len(agents)]) for number, answer in enumerate(started)))
        await cut_off.close()
        # Acknowledgements were cut off: otherwise this proves nothing.
        cuts = sum(proxy.cuts for proxy in proxies)
        assert cuts >= 1
    log = await read_log(site.mongodb_uri, [answer.conversation_id for answer in started])
    assert ledger.takeovers == TAKEOVERS // CONVERSATIONS * CONVERSATIONS
    assert ledger.spoke_after == []
    await _assert_silence(site, log, ledger.accepted)
    _assert_each_refused_text_is_one_draft(log, ledger.refused_ai)
    measured.update({"takeovers": str(ledger.takeovers), "connections cut": str(cuts), "events": told(log), "refusals": reasons(ledger.refused_ai)})


async def test_a_platform_stopped_between_permit_and_append_wakes_up_to_a_refusal(
    site: Site, platform: Platform, agents: list[Agent], measured: dict[str, str]
) -> None:
    agent = agents[0]
    started = await platform.start(f"stopped-{uuid.uuid4()}")
    accepted, refused = [started], list[Answer]()
    env = {**os.environ, "BATON_API_KEY": site.demo.api_key}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.races.stoppable", site.public_targets()[0]),
        cwd=ROOT,
        env=env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdin
    assert child.stdout
    try:
        rounds = 0
        # How often the stop falls before the appends is the machine's to say.
        while rounds < STOPS or (len(refused) <= STOPS // 2 and rounds < MOST_ROUNDS):
            rounds += 1
            child.stdin.write(f"{started.conversation_id}\n".encode())
            permit = int(await _line(child.stdout))
            child.send_signal(signal.SIGSTOP)
            taken = await agent.take_over(started.conversation_id)
            child.send_signal(signal.SIGCONT)
            answers = [Answer(started.conversation_id, *told) for told in _answers(await _line(child.stdout))]
            assert taken.epoch == permit + 1
            accepted += [taken, *(answer for answer in answers if not answer.refusal)]
            refused += [answer for answer in answers if answer.refusal]
            # What was said was said before.
            assert all(answer.seq < taken.seq for answer in answers if not answer.refusal)
            back = await agent.hand_back(started.conversation_id, taken.seq)
            assert not back.refusal, back
            accepted.append(back)
        child.stdin.close()
        assert await child.wait() == 0
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    log = await read_log(site.mongodb_uri, [started.conversation_id])
    assert len(refused) > STOPS // 2
    await _assert_silence(site, log, accepted)
    _assert_each_refused_text_is_one_draft(log, refused)
    measured.update({"stops": str(rounds), "events": told(log), "refusals": reasons(refused)})


async def _line(stream: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(60):
        return await stream.readline()


def _answers(line: bytes) -> Iterable[tuple[str, int, int, str, dict[str, str]]]:
    return [(command_id, seq, 0, refusal, details) for command_id, seq, refusal, details in json.loads(line)]


async def _assert_silence(site: Site, log: Log, accepted: list[Answer]) -> None:
    assert violations(log) == []
    assert lost_or_moved(log, accepted) == []
    assert faults(site) == []
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        for instance in site.plan.instances("conversation"):
            metrics = (await http.get(table.metrics_url(site.plan, instance))).text
            (counted,) = re.findall(r"^baton_ai_messages_after_takeover_total (\S+)$", metrics, re.MULTILINE)
            assert float(counted) == 0


def _assert_each_refused_text_is_one_draft(log: Log, refused: list[Answer]) -> None:
    assert {answer.refusal for answer in refused} <= {"CONTROL_LOST", "TOO_MANY_DRAFTS"}
    # Where an AI may speak, a stale epoch is refused and nothing kept.
    kept = Counter({answer.command_id: 1 for answer in refused if answer.refusal == "CONTROL_LOST" and answer.details["holder"] in SILENT})
    assert Counter(event["cmd"] for events in log.values() for event in events if event["t"] == "ai_draft_withheld") == kept
