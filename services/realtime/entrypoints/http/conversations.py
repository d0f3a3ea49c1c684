"""The list, its rows and their history."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from services.realtime.entrypoints.http.answers import json_answer
from services.realtime.entrypoints.http.gateway import Caller, Services
from services.realtime.entrypoints.http.inputs import MAX_INTEGER, Input, PathId, Seq

router = APIRouter(prefix="/api/conversations", tags=["conversations"])

Filter = Annotated[list[Annotated[str, Query(min_length=1, max_length=200)]], Query(max_length=50)]
SeqQuery = Annotated[int, Query(ge=0, le=MAX_INTEGER)]


class Read(Input):
    """How far the caller has read."""

    seq: Seq


@router.get("")
async def conversations(
    caller: Caller,
    services: Services,
    search: Annotated[str, Query(max_length=200)] = "",
    ai_agent: Filter = [],  # noqa: B006  # FastAPI copies a query's default
    agent: Filter = [],  # noqa: B006
    status: Annotated[list[Literal["ai", "needs_human", "mine", "others", "closed"]], Query(max_length=5)] = [],  # noqa: B006
    sort: Literal["attention", "newest", "longest_waiting"] | None = None,
    page_size: Annotated[int, Query(ge=1, le=200)] = 50,
    page_token: Annotated[str, Query(max_length=1000)] = "",
    user: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Answer a page of the list. `projected_at` goes into the socket's list.subscribe, and nothing is missed in between."""
    page = await services.conversation.call(
        "ListConversations",
        access_token=caller.access_token,
        search=search,
        ai_agent_ids=ai_agent,
        agent_ids=agent,
        statuses=status,
        sort=sort,
        page_size=page_size,
        page_token=page_token,
        user_id=user,
    )
    return json_answer({"next_page_token": "", **page})


@router.get("/{conversation_id}")
async def conversation(conversation_id: PathId, caller: Caller, services: Services) -> Response:
    """Answer one row."""
    answer = await services.conversation.call("GetConversationRow", access_token=caller.access_token, conversation_id=conversation_id)
    return json_answer(answer["row"])


@router.get("/{conversation_id}/events")
async def events(
    conversation_id: PathId,
    caller: Caller,
    services: Services,
    before_seq: SeqQuery = 0,
    after_seq: SeqQuery | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Answer a page of the history in ascending seq: the newest, what is before `before_seq`, or what is after `after_seq`."""
    return json_answer(
        await services.conversation.call(
            "ListEvents", access_token=caller.access_token, conversation_id=conversation_id, before_seq=before_seq, after_seq=after_seq, limit=limit
        )
    )


@router.get("/{conversation_id}/landmarks")
async def landmarks(conversation_id: PathId, caller: Caller, services: Services) -> Response:
    """Answer who held it when and the notes, of the whole conversation, in ascending seq."""
    return json_answer(await services.conversation.call("ListLandmarks", access_token=caller.access_token, conversation_id=conversation_id))


@router.get("/{conversation_id}/found")
async def found(
    conversation_id: PathId,
    caller: Caller,
    services: Services,
    text: Annotated[str, Query(min_length=1, max_length=200)],
    before_seq: SeqQuery = 0,
    limit: Annotated[int, Query(ge=1, le=50)] = 50,
) -> Response:
    """Answer the messages and notes that have the text in them, the newest first."""
    return json_answer(
        await services.conversation.call(
            "FindInConversation", access_token=caller.access_token, conversation_id=conversation_id, text=text, before_seq=before_seq, limit=limit
        )
    )


@router.post("/{conversation_id}/read")
async def read(conversation_id: PathId, body: Read, caller: Caller, services: Services) -> Response:
    """Record how far the caller has read; never lowers it."""
    return json_answer(await services.conversation.call("MarkRead", access_token=caller.access_token, conversation_id=conversation_id, seq=body.seq))
