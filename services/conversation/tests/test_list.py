"""The list's queries on a real database, against a recomputation from plain rows."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.errors import InvalidError, NotFoundError, UnavailableError

from services.conversation.adapters.list_indexes import ROW_INDEXES, ensure_view_indexes
from services.conversation.adapters.mongo_history import MongoHistory
from services.conversation.adapters.mongo_list import SORT_FIELDS, MongoList, filter_of
from services.conversation.adapters.mongo_read_marks import MongoReadMarks
from services.conversation.domain.attention import AttentionClass
from services.conversation.domain.control import AiAgentRef, Holder
from services.conversation.domain.events import EndUser
from services.conversation.domain.list_query import OPEN, ListQuery, ListSort, ListStatus
from services.conversation.domain.words import terms_of, words_of
from services.conversation.tests.logbook import BEGIN, BUDI, SARI, Log, wander, write
from services.conversation.tests.test_projector import expected_row
from services.conversation.use_cases.read_list import ReadList

Document = dict[str, Any]
Database = AsyncDatabase[Document]

USERS = [
    EndUser("user-1", "Ani Wijaya", "ani@example.org"),
    EndUser("user-2", "Budi O'Brien", "b.obrien@mail.example"),
    EndUser("user-3", "Łukasz Žižek", "lukasz@example.org"),
    EndUser("ANI-4", "", ""),
    EndUser("$gt", "{'$ne': 1} .*", "x@y"),
]
BOTS = [AiAgentRef("bot-1", "Sales"), AiAgentRef("bot-2", "Support")]
SEARCHES = ["", "ani", "ANI", "obrien", "o'br", "žiž", "łukasz exam", "user- wij", "nobody", ".*", "$gt", "ani@example.org"]


async def fill(db: Database, rng: random.Random, count: int = 250) -> list[Document]:
    """Write logs, and their rows as the projector would, and say that all of it is projected."""
    await ensure_view_indexes(db)
    logs = []
    for number in range(count):
        log = Log(rng.choice(["ws-1", "ws-1", "ws-2"]), user=rng.choice(USERS), ai_agent=rng.choice(BOTS), at=BEGIN.replace(minute=number % 60))
        wander(log, rng.randint(0, 12), rng)
        logs.append(log)
        await write(db, *log.events)
    rows = [expected_row(log) for log in logs]
    await db["conversations"].insert_many(rows)
    await db["leases"].insert_one({"_id": "projector", "position": {"cluster_time": 7, "token": None}})
    return rows


def status_of(row: Document, viewer_id: str) -> ListStatus:
    match row["control"]["holder"]:
        case Holder.AI.value:
            return ListStatus.AI
        case Holder.QUEUE.value:
            return ListStatus.NEEDS_HUMAN
        case Holder.CLOSED.value:
            return ListStatus.CLOSED
    return ListStatus.MINE if row["control"]["agent"]["id"] == viewer_id else ListStatus.OTHERS


def expected(rows: list[Document], query: ListQuery) -> list[str]:
    """Return the ids that a query must answer, in order, by looking at every row."""

    def wanted(row: Document) -> bool:
        user = EndUser(**row["user"])
        return (
            row["w"] == query.workspace_id
            and status_of(row, query.viewer_id) in query.statuses
            and (not query.ai_agent_ids or row["ai_agent"]["id"] in query.ai_agent_ids)
            and (not query.agent_ids or row["handler"] in query.agent_ids)
            and (not query.user_id or user.id == query.user_id)
            and all(any(word.startswith(term) for word in words_of(user)) for term in query.terms)
        )

    orders: dict[ListSort, Callable[[Document], Any]] = {
        ListSort.ATTENTION: _by_attention,
        ListSort.NEWEST: lambda row: (-row["started_at"].timestamp(), row["_id"]),
        ListSort.LONGEST_WAITING: lambda row: (row["oldest_unanswered_at"] is None, row["oldest_unanswered_at"] or BEGIN, row["_id"]),
    }
    return [row["_id"] for row in sorted(filter(wanted, rows), key=orders[query.sort])]


def _by_attention(row: Document) -> Any:
    rank, since = AttentionClass(row["attention"]["rank"]), row["attention"]["since"].timestamp()
    return rank, since if rank <= AttentionClass.UNANSWERED_BY_AI else -since, row["_id"]


def random_query(rng: random.Random) -> ListQuery:
    return ListQuery(
        workspace_id=rng.choice(["ws-1", "ws-2"]),
        viewer_id=rng.choice([BUDI.id, SARI.id, "agent-nobody"]),
        terms=tuple(terms_of(rng.choice(SEARCHES))),
        ai_agent_ids=rng.choice([(), (), ("bot-1",), ("bot-1", "bot-2")]),
        agent_ids=rng.choice([(), (), (), (BUDI.id,), (BUDI.id, SARI.id)]),
        statuses=frozenset(rng.sample(list(ListStatus), rng.randint(1, 5))) if rng.random() < 0.7 else OPEN,
        user_id=rng.choice(["", "", "", "user-1", "$gt"]),
        sort=rng.choice(list(ListSort)),
        size=rng.choice([1, 3, 17, 200]),
    )


def reader(db: Database) -> ReadList:
    return ReadList(MongoList(db), MongoHistory(db), MongoReadMarks(db))


async def test_pages_and_counts_are_what_looking_at_every_row_gives(db: Database) -> None:
    rng = random.Random(8)
    rows = await fill(db, rng)
    for _ in range(150):
        query = random_query(rng)
        wanted = expected(rows, query)
        found: list[str] = []
        token = ""
        while True:
            page, token = await reader(db).page(query, token)
            assert len(page.rows) <= query.size
            found += [row.conversation_id for row in page.rows]
            mine = [row for row in rows if row["w"] == query.workspace_id]
            by_status = {status: sum(status_of(row, query.viewer_id) is status for row in mine) for status in ListStatus}
            counts = page.counts
            assert (counts.ai, counts.needs_human, counts.mine, counts.others) == tuple(by_status[status] for status in (*OPEN_IN_ORDER,))
            assert counts.open == sum(by_status[status] for status in OPEN)
            assert counts.matching == len(wanted)
            assert page.projected_at == 7
            if not token:
                break
        assert found == wanted, query


OPEN_IN_ORDER = (ListStatus.AI, ListStatus.NEEDS_HUMAN, ListStatus.MINE, ListStatus.OTHERS)


async def test_every_query_runs_on_an_index_and_there_are_at_most_eight(db: Database) -> None:
    rng = random.Random(9)
    await fill(db, rng, 60)
    assert len(ROW_INDEXES) <= 8
    names = {index.document["name"] for index in ROW_INDEXES}
    for _ in range(60):
        query = random_query(rng)
        plan = await db["conversations"].find(filter_of(query)).sort([(SORT_FIELDS[query.sort], 1), ("_id", 1)]).limit(query.size).explain()
        used = set(_index_names(plan["queryPlanner"]["winningPlan"]))
        assert used
        assert used <= names


def _index_names(stage: Any) -> list[str]:
    if isinstance(stage, list):
        return [name for each in stage for name in _index_names(each)]
    if not isinstance(stage, dict):
        return []
    assert stage.get("stage") != "COLLSCAN"
    own = [stage["indexName"]] if "indexName" in stage else []
    return own + [name for value in stage.values() for name in _index_names(value)]


async def test_a_list_that_is_not_built_yet_is_not_shown_as_empty(db: Database) -> None:
    with pytest.raises(UnavailableError):
        await reader(db).page(ListQuery("ws-1", BUDI.id), "")


@pytest.mark.parametrize("token", ["x", "AAAA", "W10", "eyIkZ3QiOiIifQ==", "WyJhdHRlbnRpb24iLCAiMSIsICJhIl0=", "W251bGwsMSwiYSJd"])
async def test_a_page_token_that_no_page_answered_is_refused(db: Database, token: str) -> None:
    with pytest.raises(InvalidError, match="page_token"):
        await reader(db).page(ListQuery("ws-1", BUDI.id), token)


async def test_a_token_of_another_order_is_refused(db: Database) -> None:
    await fill(db, random.Random(10), 30)
    query = ListQuery("ws-1", BUDI.id, size=1)
    _, token = await reader(db).page(query, "")
    with pytest.raises(InvalidError, match="page_token"):
        await reader(db).page(replace(query, sort=ListSort.NEWEST), token)


async def test_a_row_of_another_workspace_is_not_found(db: Database) -> None:
    rows = await fill(db, random.Random(11), 10)
    theirs = next(row for row in rows if row["w"] == "ws-2")
    with pytest.raises(NotFoundError):
        await reader(db).row("ws-1", BUDI.id, theirs["_id"])
    assert (await reader(db).row("ws-2", BUDI.id, theirs["_id"])).conversation_id == theirs["_id"]


async def test_unread_is_what_the_user_wrote_after_the_mark_and_a_mark_never_goes_back(db: Database) -> None:
    await fill(db, random.Random(12), 1)
    log = Log()
    for _ in range(3):
        log.user()
    log.ai()
    log.user()
    await write(db, *log.events)
    await db["conversations"].insert_one(expected_row(log))
    mine = reader(db)
    assert (await mine.row("ws-1", BUDI.id, log.id)).unread == 4
    read = await mine.mark_read("ws-1", BUDI.id, log.id, 3)
    assert (read.seq, read.unread) == (3, 2)
    assert (await mine.mark_read("ws-1", BUDI.id, log.id, 2)).seq == 3
    row = await mine.row("ws-1", BUDI.id, log.id)
    assert (row.read_seq, row.unread) == (3, 2)
    assert (await mine.row("ws-1", SARI.id, log.id)).unread == 4
    assert (await mine.mark_read("ws-1", BUDI.id, log.id, 1_000_000)).unread == 0
    assert await db["events"].count_documents({"c": log.id}) == len(log.events)
    with pytest.raises(NotFoundError):
        await mine.mark_read("ws-2", BUDI.id, log.id, 3)
