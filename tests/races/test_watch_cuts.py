"""Watch through cut connections, consumers that begin again and replicas that end: each event at least once, in order, none missed."""

import asyncio
import os
import random
import time
import uuid
from contextlib import ExitStack
from functools import partial

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from tests.harness.callers import Agent, Platform
from tests.harness.proxy import TcpProxy
from tests.harness.site import Site
from tests.harness.waiting import wait_until
from tests.races.consumer import Consumer
from tests.races.recount import Log, read_log, violations
from tests.races.topic import TOPIC

CUTS = int(os.environ.get("WATCH_CUTS", "40"))
# Every so many faults a replica is ended and started again; the others are cut connections and consumers that begin again.
END_EVERY = 20
# How many more things are told between two faults, at most.
BETWEEN = 30
CONVERSATIONS = 8
SEED = 20_261_124
# What a platform is told of, by the stored names of events.
TOLD = {"human_requested", "request_withdrawn", "taken_over", "human_message", "handed_back", "transferred", "returned_to_queue", "closed"}


async def test_whatever_is_cut_each_event_is_told_at_least_once_in_order_and_none_is_missed(
    site: Site, platform: Platform, agents: list[Agent], measured: dict[str, str]
) -> None:
    chance = random.Random(SEED)  # which fault comes, and when
    started = [(await platform.start(f"cuts-{uuid.uuid4()}")).conversation_id for _ in range(CONVERSATIONS)]
    over = asyncio.Event()
    with ExitStack() as network:
        proxies = [network.enter_context(TcpProxy(int(target.rpartition(":")[2]))) for target in site.public_targets()]
        consumer = Consumer([f"127.0.0.1:{proxy.port}" for proxy in proxies], site.demo.api_key, f"cuts-{uuid.uuid4()}")
        await wait_until(lambda: consumer.cursor, 30, what="the consumer is told where it is")
        talking = asyncio.create_task(_keep_talking(platform, agents, started, over))
        for number in range(CUTS):
            enough = consumer.told + 1 + chance.randrange(BETWEEN)
            await wait_until(partial(_is_told, consumer, enough, talking), 60, what="the consumer is told more")
            if number % END_EVERY == END_EVERY // 2:
                await asyncio.to_thread(_end_one, site, chance)
            elif number % 3 == 0:
                await consumer.forget()
            else:
                # The one that the consumer is at now.
                proxies[consumer.streams % len(proxies)].reset()
        over.set()
        await talking
        log = await read_log(site.mongodb_uri, started)
        wanted = due(log)
        await wait_until(partial(_has_all, consumer, wanted), 60, what="the consumer is told of everything")
        await consumer.close()
    assert violations(log) == []
    assert consumer.catch_ups == 0
    assert consumer.streams > CUTS // 2
    # None is missed, and nothing was told of before what came before it. Again is allowed, and behind a stored position it must be.
    assert {each: consumer.told_of(each) for each in wanted} == wanted
    assert consumer.repeats
    measured["cuts and restarts"] = str(CUTS)
    measured["streams"] = str(consumer.streams)
    measured["events told"] = f"{sum(map(len, wanted.values()))}, and {consumer.repeats} times again"


async def test_who_was_away_catches_up_and_beyond_the_topic_from_the_log(site: Site, platform: Platform, agents: list[Agent], measured: dict[str, str]) -> None:
    started = [(await platform.start(f"away-{uuid.uuid4()}")).conversation_id for _ in range(CONVERSATIONS)]
    name = f"away-{uuid.uuid4()}"
    consumer = Consumer(site.public_targets(), site.demo.api_key, name)
    await wait_until(lambda: consumer.cursor, 30, what="the consumer is told where it is")
    left_at = consumer.cursor
    await consumer.close()
    began = time.monotonic()
    for _ in range(5):
        await asyncio.gather(*(_talk(platform, agents[number % len(agents)], each) for number, each in enumerate(started)))
    happened = time.monotonic() - began
    log = await read_log(site.mongodb_uri, started)
    wanted = due(log)

    began = time.monotonic()
    back = Consumer(site.public_targets(), site.demo.api_key, name, left_at)
    await wait_until(partial(_has_all, back, wanted), 60, what="the consumer has caught up")
    measured["away, and caught up in"] = f"{happened:.1f} s, {time.monotonic() - began:.1f} s"
    await back.close()
    assert {each: back.told_of(each) for each in wanted} == wanted

    # Away for longer than the topic keeps: it no longer reaches back to the cursor, and nor does what a process remembers of it.
    await _forget_the_topic(site.kafka_servers)
    await asyncio.gather(*(asyncio.to_thread(_begin_again, site, instance) for instance in site.plan.instances("conversation")))
    late = Consumer(site.public_targets(), site.demo.api_key, name, left_at)
    human = {each: [event["s"] for event in events if event["t"] == "human_message"] for each, events in log.items()}
    await wait_until(partial(_has_all, late, human), 60, what="the consumer has every human message")
    await late.close()
    assert late.catch_ups == 1
    assert {each: [seq for seq in late.told_of(each) if seq in seqs] for each, seqs in human.items()} == human


def due(log: Log) -> dict[str, list[int]]:
    """Return what the platform must have been told, from the documents alone; nothing here is closed, and so nothing reopened."""
    return {conversation_id: [event["s"] for event in events if event["t"] in TOLD] for conversation_id, events in log.items()}


async def _talk(platform: Platform, agent: Agent, conversation_id: str) -> None:
    """One takeover with words, and back."""
    said = await platform.user_says(conversation_id, "Hello?")
    taken = await agent.take_over(conversation_id)
    words = await agent.says(conversation_id, "Budi here.", max(said.seq, taken.seq))
    back = await agent.hand_back(conversation_id, words.seq)
    assert not back.refusal, back


async def _keep_talking(platform: Platform, agents: list[Agent], conversation_ids: list[str], over: asyncio.Event) -> None:
    """Talk in all of them at once until it is over."""

    async def rounds(conversation_id: str, agent: Agent) -> None:
        while not over.is_set():
            await _talk(platform, agent, conversation_id)

    await asyncio.gather(*(rounds(each, agents[number % len(agents)]) for number, each in enumerate(conversation_ids)))


def _end_one(site: Site, chance: random.Random) -> None:
    """End a replica, as a crash does or as an upgrade does, and start it again."""
    name = chance.choice(site.plan.instances("conversation"))
    if chance.random() < 0.5:
        site.stack.kill(name)
    else:
        site.stack.stop(name)
    site.stack.restart(name)


def _begin_again(site: Site, name: str) -> None:
    site.stack.kill(name)
    site.stack.restart(name)


def _is_told(consumer: Consumer, enough: int, talking: "asyncio.Task[None]") -> bool:
    if talking.done():
        talking.result()
    return consumer.told >= enough


def _has_all(consumer: Consumer, wanted: dict[str, list[int]]) -> bool:
    return all(consumer.seqs[conversation_id].keys() >= set(seqs) for conversation_id, seqs in wanted.items())


async def _forget_the_topic(kafka_servers: str) -> None:
    """Let the topic keep nothing of what it holds."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_servers)
    await admin.start()
    try:
        (described,) = await admin.describe_topics([TOPIC])
        partitions = [TopicPartition(TOPIC, partition["partition"]) for partition in described["partitions"]]
        await admin.delete_records({partition: RecordsToDelete(before_offset=-1) for partition in partitions})
    finally:
        await admin.close()
