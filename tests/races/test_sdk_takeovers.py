"""The SDK's turns raced by takeovers, its commands on a stream through connections that are cut: what it was told is what the log holds."""

import asyncio
import os
import random
import uuid
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from baton_sdk import AiAgent, Baton, ControlLostError, Conversation, User

from tests.harness.callers import Agent
from tests.harness.proxy import TcpProxy
from tests.harness.site import Site
from tests.races.recount import Log, read_log, told, violations

TAKEOVERS = int(os.environ.get("RACE_TAKEOVERS", "200"))
CONVERSATIONS = 20
CUT_CHANCE = 0.005
# The longest time from a turn's beginning to its words, in seconds: about as long as the takeover's, or so long that Watch tells of it first.
MODELS = (0.02, 0.5)
# And to the takeover.
LONGEST_PAUSE = 0.02
SEED = 20_261_125


@dataclass(slots=True)
class Said:
    """What the SDK told its caller."""

    # The seq of words that are never the same twice.
    accepted: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    # Composed, and the turn ended before they were said.
    interrupted: list[str] = field(default_factory=list)
    # Accepted although begun after a takeover was acknowledged; must stay empty.
    spoke_after: list[str] = field(default_factory=list)


async def test_a_turn_ends_with_control_whatever_is_cut_and_its_words_are_said_or_left_as_a_draft_once(
    site: Site, agents: list[Agent], measured: dict[str, str]
) -> None:
    chance = random.Random(SEED)  # when the AI speaks and when it is taken over
    said = Said()
    with ExitStack() as network:
        proxies = [network.enter_context(TcpProxy(int(target.rpartition(":")[2]))) for target in site.public_targets()]
        clients = [Baton(f"127.0.0.1:{proxy.port}", site.demo.api_key, streamed=True) for proxy in proxies]
        listening = [asyncio.create_task(_listen(client, f"race-{uuid.uuid4()}")) for client in clients]
        conversations = [await clients[number % len(clients)].start(f"sdk-{uuid.uuid4()}", User("user"), AiAgent("bot")) for number in range(CONVERSATIONS)]
        for number, proxy in enumerate(proxies):
            proxy.cut_at_random(CUT_CHANCE, SEED + number)

        async def rounds(conversation: Conversation, agent: Agent) -> None:
            for _ in range(TAKEOVERS // CONVERSATIONS):
                await _round(conversation, agent, said, chance)

        await asyncio.gather(*(rounds(each, agents[number % len(agents)]) for number, each in enumerate(conversations)))
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        for client in clients:
            # Drafts that are still being left get there.
            await client.close()
        cuts = sum(proxy.cuts for proxy in proxies)
    log = await read_log(site.mongodb_uri, [each.id for each in conversations])
    assert violations(log) == []
    assert said.spoke_after == []
    assert cuts
    # All three were raced for.
    assert min(len(said.accepted), len(said.refused), len(said.interrupted)) > 0
    assert dict(_words(log, "ai_message")) == said.accepted
    # Words that were refused, and those that were interrupted while they were written, are one draft each.
    assert Counter(words for words, _ in _words(log, "ai_draft_withheld")) == Counter(said.refused + said.interrupted)
    measured.update({"takeovers": str(TAKEOVERS // CONVERSATIONS * CONVERSATIONS), "connections cut": str(cuts), "events": told(log)})
    measured["turns"] = f"{len(said.accepted)} said, {len(said.refused)} refused, {len(said.interrupted)} interrupted"


async def _round(conversation: Conversation, agent: Agent, said: Said, chance: random.Random) -> None:
    """The user writes, the AI answers, a human takes over meanwhile; and hands back."""
    await conversation.user_says("Is there a table for two on Friday?")
    answering = asyncio.create_task(_answer(conversation, said, chance.random() * chance.choice(MODELS)))
    await asyncio.sleep(chance.random() * LONGEST_PAUSE)  # the takeover falls anywhere; nothing waits for this time
    taken = await agent.take_over(conversation.id)
    assert not taken.refusal, taken
    await answering
    words = f"After the takeover: {uuid.uuid4()}"
    with suppress(ControlLostError):
        # As far as this process knows the AI may still speak, or not.
        async with conversation.turn() as turn:
            said.refused.append(words)
            await turn.say(words)
            said.spoke_after.append(words)
    # Behind the draft, if one is being left: after the hand-back it would be of no use, and nothing would be kept.
    user = await conversation.user_says("Hello?")
    back = await agent.hand_back(conversation.id, max(user.seq, taken.seq))
    assert not back.refusal, back
    await conversation.refresh()


async def _answer(conversation: Conversation, said: Said, seconds: float) -> None:
    words = f"Let me look at that: {uuid.uuid4()}"
    fate = said.interrupted
    with suppress(ControlLostError):
        async with conversation.turn() as turn:
            await turn.compose(words)
            await asyncio.sleep(seconds)  # the model
            fate = said.refused
            said.accepted[words] = (await turn.say(words)).seq
            return
    fate.append(words)


async def _listen(client: Baton, consumer: str) -> None:
    """Follow Watch and learn from it."""
    async with client.watch(consumer) as watch:
        async for _ in watch:
            pass


def _words(log: Log, kind: str) -> list[tuple[str, int]]:
    return [(event["body"]["text"], event["s"]) for events in log.values() for event in events if event["t"] == kind]
