"""What an agent does with a conversation. Each command carries an id of its own: sent again, it is answered again and done once."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response

from services.realtime.entrypoints.http.answers import json_answer
from services.realtime.entrypoints.http.gateway import Caller, Services
from services.realtime.entrypoints.http.inputs import MAX_INTEGER, Id, Input, OptionalLine, OptionalText, PathId, Seq, Text

router = APIRouter(prefix="/api/conversations/{conversation_id}", tags=["commands"])


class Command(Input):
    """Every command's part."""

    command_id: Id


class TakeOver(Command):
    """`reason` is needed when a supervisor takes it from another human."""

    reason: OptionalLine = ""


class SendMessage(Command):
    """`seen_seq` is the newest event drawn on the agent's screen when the button was pressed."""

    text: Text
    seen_seq: Seq


class Brief(Input):
    """What the AI is told of the human's work."""

    summary: OptionalText = ""
    decided: OptionalText = ""
    promised: OptionalText = ""
    not_to_be_said: OptionalText = ""


class HandBack(Command):
    """Back to the AI, with a brief for it and a last message to the user."""

    seen_seq: Seq
    brief: Brief | None = None
    message: OptionalText = ""


class Transfer(Command):
    """To a colleague, with a note for them and a message to the user."""

    seen_seq: Seq
    to_agent_id: Id
    note: OptionalText = ""
    message: OptionalText = ""


class Release(Command):
    """Back to the queue."""

    reason: OptionalLine = ""
    note: OptionalText = ""


class Close(Command):
    """The end, and why."""

    reason: Literal["resolved", "no_answer", "spam", "other"]


class DismissRequest(Command):
    """`epoch` is the one on the agent's screen."""

    epoch: Seq
    reason: OptionalLine = ""


class AddNote(Command):
    """A note for colleagues."""

    text: Text


class ResolveDraft(Command):
    """What became of a withheld draft."""

    resolution: Literal["inserted", "discarded"]


async def _carry_out(rpc: str, conversation_id: str, body: Command, caller: Caller, services: Services, **more: object) -> Response:
    answer = await services.conversation.call(rpc, access_token=caller.access_token, conversation_id=conversation_id, **body.model_dump(), **more)
    return json_answer(answer["outcome"])


@router.post("/take-over")
async def take_over(conversation_id: PathId, body: TakeOver, caller: Caller, services: Services) -> Response:
    """Take control. 409 ALREADY_TAKEN {agent_id, agent_name}."""
    return await _carry_out("TakeOver", conversation_id, body, caller, services)


@router.post("/messages")
async def send_message(conversation_id: PathId, body: SendMessage, caller: Caller, services: Services) -> Response:
    """Say something to the user. 409 NOT_HOLDER, UNSEEN_MESSAGES {first_seq, last_seq}, CONVERSATION_CLOSED."""
    return await _carry_out("SendMessage", conversation_id, body, caller, services)


@router.post("/hand-back")
async def hand_back(conversation_id: PathId, body: HandBack, caller: Caller, services: Services) -> Response:
    """Let the AI speak again. 409 NOT_HOLDER, UNSEEN_MESSAGES."""
    return await _carry_out("HandBack", conversation_id, body, caller, services)


@router.post("/transfer")
async def transfer(conversation_id: PathId, body: Transfer, caller: Caller, services: Services) -> Response:
    """Give control to a colleague. 409 NOT_HOLDER, UNSEEN_MESSAGES; 404 AGENT_NOT_FOUND."""
    return await _carry_out("Transfer", conversation_id, body, caller, services)


@router.post("/release")
async def release(conversation_id: PathId, body: Release, caller: Caller, services: Services) -> Response:
    """Return it to the queue; the AI stays silent. 409 NOT_HOLDER."""
    return await _carry_out("Release", conversation_id, body, caller, services)


@router.post("/dismiss-request")
async def dismiss_request(conversation_id: PathId, body: DismissRequest, caller: Caller, services: Services) -> Response:
    """Let the AI go on alone: no human is needed. 409 NOT_REQUESTED, CONTROL_LOST {holder, epoch}, CONVERSATION_CLOSED."""
    return await _carry_out("DismissRequest", conversation_id, body, caller, services)


@router.post("/close")
async def close(conversation_id: PathId, body: Close, caller: Caller, services: Services) -> Response:
    """End the conversation. 409 NOT_HOLDER."""
    return await _carry_out("Close", conversation_id, body, caller, services)


@router.post("/notes")
async def add_note(conversation_id: PathId, body: AddNote, caller: Caller, services: Services) -> Response:
    """Write a note for colleagues, in any state."""
    return await _carry_out("AddNote", conversation_id, body, caller, services)


@router.post("/drafts/{seq}/resolve")
async def resolve_draft(
    conversation_id: PathId, seq: Annotated[int, Path(ge=1, le=MAX_INTEGER)], body: ResolveDraft, caller: Caller, services: Services
) -> Response:
    """End a withheld draft for all. 409 NOT_HOLDER; 404 DRAFT_NOT_FOUND."""
    return await _carry_out("ResolveDraft", conversation_id, body, caller, services, draft_seq=seq)
