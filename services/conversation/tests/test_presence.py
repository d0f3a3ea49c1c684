"""Presence, and what the sweep makes of it, on a real database. Time passes by moving what was stored into the past: the clock is MongoDB's."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from servicekit.clock import SystemClock

from services.conversation.adapters.mongo_event_store import MongoEventStore
from services.conversation.adapters.mongo_policies import MongoPolicies
from services.conversation.adapters.mongo_presence import MongoPresence
from services.conversation.domain.control import AgentRef, ControlCause, Holder
from services.conversation.domain.policy import DEFAULT_POLICY
from services.conversation.ports.presence import AgentPresence, Countdown, Presence, ReportedAgent
from services.conversation.tests.logbook import BUDI, SARI, Log, write
from services.conversation.tests.test_projector import expected_row
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.states import States
from services.conversation.use_cases.sweep import DisabledAccount, Sweep

Database = AsyncDatabase[dict[str, Any]]

MINUTE = timedelta(minutes=1)


class Office:
    """A workspace whose agents come and go."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.presence = MongoPresence(db)
        policies = MongoPolicies(db)
        self.store = MongoEventStore(db)
        self.carry_out = CarryOut(self.store, States(), policies, SystemClock())
        self.sweep = Sweep(self.presence, policies, policies, self.carry_out)

    async def report(self, *agents: tuple[AgentRef, Presence]) -> None:
        await self.presence.report([ReportedAgent("ws-1", agent.id, presence) for agent, presence in agents])

    async def agents(self, workspace_id: str = "ws-1") -> dict[str, AgentPresence]:
        return {agent.agent_id: agent for agent in await self.presence.of_workspace(workspace_id, DEFAULT_POLICY)}

    async def passes(self, time: timedelta, *, reported: bool = True, there: bool = False) -> None:
        """Let time pass, with somebody reporting all along or nobody, and with the known agents there all along or not."""
        moved_fields = {
            "presence": ["since"] if there else ["since", "seen_at"],
            "presence_reports": ["since"] if reported else ["since", "last_at"],
        }
        for collection, fields in moved_fields.items():
            async for document in self.db[collection].find({}):
                await self.db[collection].update_one({"_id": document["_id"]}, {"$set": {name: document[name] - time for name in fields}})

    async def held(self, agent: AgentRef = BUDI, since: timedelta = timedelta(hours=1), *, write_it: bool = True) -> Log:
        """A conversation that came to the agent so long ago."""
        log = Log(at=datetime.now(UTC).replace(microsecond=0) - since - timedelta(seconds=3))
        log.user()
        log.take(agent)
        if write_it:
            await write(self.db, *log.events)
            await self.db["conversations"].insert_one(expected_row(log))
        return log

    async def holder(self, log: Log) -> Holder:
        state = await self.store.newest(log.id)
        assert state is not None
        return state.after.control.holder


async def test_presence_is_available_away_or_offline_since_it_began(db: Database) -> None:
    office = Office(db)
    await office.held(BUDI)
    await office.report((BUDI, Presence.AVAILABLE), (SARI, Presence.AWAY))
    agents = await office.agents()
    assert (agents[BUDI.id].presence, agents[BUDI.id].open_conversations) == (Presence.AVAILABLE, 1)
    assert (agents[SARI.id].presence, agents[SARI.id].open_conversations) == (Presence.AWAY, 0)
    since = agents[BUDI.id].since
    await office.report((BUDI, Presence.AVAILABLE), (SARI, Presence.AWAY))
    again = await office.agents()
    assert (again[BUDI.id].since, again[SARI.id].since) == (since, agents[SARI.id].since)
    await office.passes(timedelta(seconds=16))
    assert {agent.presence for agent in (await office.agents()).values()} == {Presence.OFFLINE}
    assert await office.agents("ws-2") == {}
    assert await office.presence.agents_available("ws-1") == 0


async def test_who_was_never_there_may_hold_conversations(db: Database) -> None:
    office = Office(db)
    await office.held(SARI)
    assert await office.agents() == {SARI.id: AgentPresence(SARI.id, Presence.OFFLINE, None, 1)}


async def test_the_last_that_an_agent_said_anywhere_holds_and_outlives_their_going(db: Database) -> None:
    presence, budi = MongoPresence(db), ReportedAgent("ws-1", BUDI.id, Presence.AVAILABLE, unchanged=True)
    away, office = replace(budi, presence=Presence.AWAY), Office(db)
    assert await presence.report([away]) == [away], "what was never said is as the reporter has it"
    said = replace(budi, unchanged=False)
    assert await presence.report([said]) == [said]
    assert await presence.report([away]) == [budi]
    await presence.report([replace(away, unchanged=False)])
    await office.passes(timedelta(hours=1))
    assert (await office.agents())[BUDI.id].presence is Presence.OFFLINE
    assert await presence.report([budi]) == [away]
    assert (await office.agents())[BUDI.id].presence is Presence.AWAY


async def test_countdowns_are_those_of_the_sweep_and_none_runs_while_nobody_reports(db: Database) -> None:
    office = Office(db)
    await office.held(SARI)
    await office.report((BUDI, Presence.AVAILABLE))
    reports = await db["presence_reports"].find_one({})
    assert reports
    agents = await office.agents()
    assert agents[BUDI.id].countdowns == ()
    assert agents[SARI.id].countdowns == (Countdown(reports["since"], DEFAULT_POLICY.grace),), "never there: from when presence was first known"
    await office.report((BUDI, Presence.AWAY))
    document = await db["presence"].find_one({})
    assert document
    assert (await office.agents())[BUDI.id].countdowns == (Countdown(document["since"], DEFAULT_POLICY.away),)
    await office.passes(MINUTE)
    document = await db["presence"].find_one({})
    assert document
    grace, away = Countdown(document["seen_at"], DEFAULT_POLICY.grace), Countdown(document["since"], DEFAULT_POLICY.away)
    assert (await office.agents())[BUDI.id].countdowns == (grace, away), "gone, and away before that"
    await office.passes(MINUTE, reported=False)
    assert {agent.countdowns for agent in (await office.agents()).values()} == {()}, "nobody reports: nothing is counted"
    await office.report((SARI, Presence.AVAILABLE))
    reports = await db["presence_reports"].find_one({})
    assert reports
    assert {each.counted_from for each in (await office.agents())[BUDI.id].countdowns} == {reports["since"]}, "a full time from the first report"


async def test_availability_counts_who_is_available_and_who_waits_longer(db: Database) -> None:
    office = Office(db)
    for minutes in (30, 20, 10):
        log = Log(at=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=minutes))
        log.ask()
        await db["conversations"].insert_one(expected_row(log))
    await office.report((BUDI, Presence.AVAILABLE), (SARI, Presence.AWAY))
    assert await office.presence.agents_available("ws-1") == 1
    assert await office.presence.waiting("ws-1", datetime.now(UTC) - timedelta(minutes=15)) == 2
    assert await office.presence.waiting("ws-1", None) == 3


async def test_who_is_gone_beyond_the_grace_loses_their_conversations_to_the_queue(db: Database) -> None:
    office = Office(db)
    log = await office.held()
    await office.report((BUDI, Presence.AVAILABLE))
    await office.passes(MINUTE)
    assert await office.sweep() == 0
    await office.passes(MINUTE + timedelta(seconds=1))
    assert await office.sweep() == 1
    event = await db["events"].find_one({"c": log.id}, sort=[("_id", -1)])
    assert event
    assert (event["t"], event["body"]["cause"], event["actor"]["k"]) == ("returned_to_queue", ControlCause.AGENT_AWAY.value, "system")
    assert not event["after"]["control"]["ai_may_speak"], "never to the AI"


async def test_who_is_away_beyond_the_away_period_loses_theirs_too(db: Database) -> None:
    office = Office(db)
    log = await office.held()
    await office.report((BUDI, Presence.AWAY))
    await office.passes(14 * MINUTE, there=True)
    assert await office.sweep() == 0
    await office.passes(MINUTE + timedelta(seconds=1), there=True)
    await office.report((BUDI, Presence.AWAY))
    assert await office.sweep() == 1
    assert await office.holder(log) is Holder.QUEUE


async def test_an_outage_of_presence_evicts_nobody_and_then_everyone_gets_a_full_grace(db: Database) -> None:
    office = Office(db)
    log = await office.held()
    await office.report((BUDI, Presence.AVAILABLE))
    await office.passes(timedelta(minutes=30), reported=False)
    assert await office.sweep() == 0, "nobody reports: nothing is known"
    await office.report((SARI, Presence.AVAILABLE))
    assert await office.sweep() == 0, "the first report begins a full grace"
    await office.passes(MINUTE)
    assert await office.sweep() == 0
    await office.passes(MINUTE + timedelta(seconds=1))
    assert await office.sweep() == 1
    assert await office.holder(log) is Holder.QUEUE


async def test_the_receiver_of_a_transfer_gets_a_full_grace(db: Database) -> None:
    office = Office(db)
    await office.report((SARI, Presence.AVAILABLE))
    await office.passes(timedelta(hours=1))
    log = await office.held(since=timedelta(minutes=10), write_it=False)
    log.transfer(SARI)
    log.at = datetime.now(UTC)
    await write(db, *log.events)
    row = expected_row(log)
    row["control"]["since"] = datetime.now(UTC) - MINUTE
    await db["conversations"].insert_one(row)
    assert await office.sweep() == 0
    await db["conversations"].update_one({"_id": log.id}, {"$set": {"control.since": datetime.now(UTC) - 2 * MINUTE - timedelta(seconds=1)}})
    assert await office.sweep() == 1


async def test_the_conversations_of_a_disabled_account_are_released_at_once_and_later_ones_are_kept(db: Database) -> None:
    office = Office(db)
    held, later = await office.held(since=timedelta(minutes=5)), await office.held(since=timedelta(minutes=1))
    theirs = await office.held(SARI)
    office.sweep.account_disabled(DisabledAccount("ws-1", BUDI.id, datetime.now(UTC) - timedelta(minutes=3)))
    assert await office.sweep() == 1
    assert [await office.holder(log) for log in (held, later, theirs)] == [Holder.QUEUE, Holder.HUMAN, Holder.HUMAN]


async def test_two_sweeps_at_once_release_once(db: Database) -> None:
    first, second = Office(db), Office(db)
    log = await first.held()
    await first.report((BUDI, Presence.AVAILABLE))
    await first.passes(timedelta(minutes=3))
    await asyncio.gather(first.sweep(), second.sweep())
    assert await db["events"].count_documents({"c": log.id, "t": "returned_to_queue"}) == 1


async def test_what_nobody_holds_closes_itself_after_the_idle_time_of_its_workspace(db: Database) -> None:
    office = Office(db)
    await db["policies"].insert_one({"_id": "ws-2", "idle_seconds": 60})
    quiet: list[Log] = []
    for workspace_id, hours in (("ws-1", 25.0), ("ws-1", 23.0), ("ws-2", 0.5)):
        log = Log(workspace_id, at=datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours))
        log.user()
        await write(db, *log.events)
        await db["conversations"].insert_one(expected_row(log))
        quiet.append(log)
    held = await office.held(since=timedelta(hours=30))
    assert await office.sweep() == 2
    assert [await office.holder(log) for log in quiet] == [Holder.CLOSED, Holder.AI, Holder.CLOSED]
    assert await office.holder(held) is Holder.HUMAN
