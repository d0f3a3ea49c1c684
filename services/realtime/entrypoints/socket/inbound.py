"""The frames that browsers send. Their examples are in proto/golden/frames/client."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from services.realtime.domain.cursor import MAX_CURSOR_LENGTH

# A message from a browser; it has no reason to be larger.
MAX_FRAME_BYTES = 64 * 1024
# Conversations that one socket may have open.
MAX_OPEN = 20

ConversationId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]


class _Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Authenticate(_Frame):
    """The first frame of a socket that came without a cookie."""

    type: Literal["authenticate"]
    ticket: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class ListSubscribe(_Frame):
    """Join the list after a snapshot taken by REST; its projected_at, 64 bits as text."""

    type: Literal["list.subscribe"]
    projected_at: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]


class ListUnsubscribe(_Frame):
    """Leave the list."""

    type: Literal["list.unsubscribe"]


class Resume(_Frame):
    """Go on where a former socket ended: what it was subscribed to, and its newest cursor."""

    type: Literal["resume"]
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CURSOR_LENGTH)]
    list: bool = True
    conversations: Annotated[tuple[ConversationId, ...], Field(max_length=MAX_OPEN, strict=False)] = ()


class ConversationOpen(_Frame):
    """Be told every event of a conversation after the newest that REST gave."""

    type: Literal["conversation.open"]
    conversation_id: ConversationId
    after_seq: Annotated[int, Field(ge=0, le=2**53 - 1)]


class ConversationClose(_Frame):
    """Be told of it no longer."""

    type: Literal["conversation.close"]
    conversation_id: ConversationId


class Typing(_Frame):
    """The agent types, or stopped; sent again every few seconds while it goes on."""

    type: Literal["typing"]
    conversation_id: ConversationId
    active: bool


class Presence(_Frame):
    """The agent is available, or away."""

    type: Literal["presence"]
    presence: Literal["available", "away"]


class Pong(_Frame):
    """The answer to a ping."""

    type: Literal["pong"]


Inbound = Authenticate | ListSubscribe | ListUnsubscribe | Resume | ConversationOpen | ConversationClose | Typing | Presence | Pong

_ADAPTER: TypeAdapter[Inbound] = TypeAdapter(Annotated[Inbound, Field(discriminator="type")])


def decode(payload: bytes) -> Inbound:
    """Read one frame; pydantic.ValidationError (a ValueError) if it is none that is known."""
    return _ADAPTER.validate_json(payload)
