"""List rows, counts and templates as the contract's messages."""

from typing import Any

from baton.conversation.v1 import agent_pb2, control_pb2, event_pb2
from servicekit.errors import InvalidError

from services.conversation.domain.list_query import OPEN, ListCounts, ListSort, ListStatus
from services.conversation.domain.rows import Author, LastMessage, Row
from services.conversation.domain.templates import Template
from services.conversation.entrypoints.control_proto import write_control, write_enum, write_moment

_AUTHORS = {author: agent_pb2.MessageAuthor.Value(f"MESSAGE_AUTHOR_{author.name}") for author in Author}
_STATUSES = {agent_pb2.ListStatus.Value(f"LIST_STATUS_{status.name}"): status for status in ListStatus}
_SORTS = {agent_pb2.ListSort.Value(f"LIST_SORT_{sort.name}"): sort for sort in ListSort}


def read_statuses(numbers: Any) -> frozenset[ListStatus]:  # noqa: ANN401  # a repeated enum field
    """Return the statuses asked for; all open ones when none is. InvalidError for an unknown one."""
    if any(number not in _STATUSES for number in numbers):
        raise InvalidError("statuses", f"each must be one of {', '.join(status.name for status in ListStatus)}")
    return frozenset(_STATUSES[number] for number in numbers) or OPEN


def read_sort(number: int) -> ListSort:
    """Return the order asked for, ATTENTION when none is; InvalidError for an unknown one."""
    if number and number not in _SORTS:
        raise InvalidError("sort", f"must be one of {', '.join(sort.name for sort in ListSort)}")
    return _SORTS.get(number, ListSort.ATTENTION)  # type: ignore[call-overload,no-any-return]  # generated enum numbers are ints


def write_row(row: Row) -> agent_pb2.ConversationRow:
    """Encode a row for its reader."""
    message = agent_pb2.ConversationRow(
        conversation_id=row.conversation_id,
        seq=row.seq,
        user=event_pb2.EndUser(id=row.user.id, name=row.user.name, email=row.user.email, locale=row.user.locale),
        ai_agent=control_pb2.AiAgentRef(id=row.ai_agent.id, name=row.ai_agent.name),
        started_at=write_moment(row.started_at),
        control=write_control(row.control),
        attention=_attention(row),
        user_message_count=row.user_message_count,
        unread=row.unread,
        user_left=row.user_left,
        platform_id=row.platform_id,
        transferred_from_id=row.transferred_from_id,
        read_seq=row.read_seq,
    )
    if row.last_message is not None:
        message.last_message.CopyFrom(_last_message(row.last_message))
    if row.oldest_unanswered_at is not None:
        message.oldest_unanswered_at.CopyFrom(write_moment(row.oldest_unanswered_at))
    if row.priority is not None:
        message.priority = write_enum(row.priority)
    return message


def _attention(row: Row) -> agent_pb2.Attention:
    need = agent_pb2.Attention(since=write_moment(row.attention.since), reasons=row.attention.reasons)
    # `class` is a word of Python's. The domain's ranks are the contract's numbers.
    setattr(need, "class", row.attention.rank.value)
    return need


def _last_message(message: LastMessage) -> agent_pb2.LastMessage:
    return agent_pb2.LastMessage(
        seq=message.seq,
        at=write_moment(message.at),
        author=_AUTHORS[message.author],
        author_name=message.author_name,
        preview=message.preview,
    )


def write_counts(counts: ListCounts) -> agent_pb2.ListCounts:
    """Encode the counts."""
    return agent_pb2.ListCounts(
        open=counts.open, needs_human=counts.needs_human, mine=counts.mine, ai=counts.ai, others=counts.others, matching=counts.matching
    )


def write_template(template: Template) -> agent_pb2.Template:
    """Encode a template."""
    return agent_pb2.Template(
        id=template.id,
        name=template.name,
        text=template.text,
        owner_id=template.owner_id,
        locale=template.locale,
        folder=template.folder,
        revision=template.revision,
        uses=template.uses,
        own_uses=template.own_uses,
        changed_by_name=template.changed_by_name,
        changed_at=write_moment(template.changed_at) if template.changed_at else None,
    )
