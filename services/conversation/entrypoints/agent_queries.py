"""What human agents' screens show, on the internal listener, on behalf of the user whose access token comes along. Failures are named in the contract."""
# ruff: noqa: N802  # the methods' names are the contract's

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import grpc.aio
from baton.conversation.v1 import agent_pb2, agent_pb2_grpc, event_pb2
from servicekit.caller import Role, user_caller
from servicekit.errors import InvalidError

from services.conversation.domain.events import Event
from services.conversation.domain.list_query import ListQuery
from services.conversation.domain.templates import Template
from services.conversation.domain.texts import foreign_id, optional_text, seq_number, uuid_text
from services.conversation.domain.words import terms_of
from services.conversation.entrypoints.control_proto import write_moment
from services.conversation.entrypoints.row_proto import read_sort, read_statuses, write_counts, write_row, write_template
from services.conversation.use_cases.edit_templates import EditTemplates
from services.conversation.use_cases.read_history import ReadHistory
from services.conversation.use_cases.read_list import ReadList
from services.conversation.use_cases.tell_presence import TellPresence

Context = grpc.aio.ServicerContext[Any, Any]
EncodeEvent = Callable[[Event], event_pb2.Event]

MAX_PAGE = 200
DEFAULT_PAGE = 50
MAX_SEARCH_BYTES = 400
MAX_FILTER_IDS = 100
MAX_TOKEN_BYTES = 400


class AgentQueries(agent_pb2_grpc.AgentServiceServicer):
    """The half of AgentService that reads, or writes no event; AgentCommands is the other."""

    def __init__(self, read_list: ReadList, read_history: ReadHistory, templates: EditTemplates, presence: TellPresence, encode_event: EncodeEvent) -> None:
        """`encode_event` gives an event as it travels on the topic."""
        self._read_list = read_list
        self._read_history = read_history
        self._templates = templates
        self._presence = presence
        self._encode_event = encode_event

    async def ListConversations(self, request: agent_pb2.ListConversationsRequest, _context: Context) -> agent_pb2.ListConversationsResponse:
        """A page of the list, with the counts."""
        caller = user_caller()
        query = ListQuery(
            workspace_id=caller.workspace_id,
            viewer_id=caller.account_id,
            terms=tuple(terms_of(optional_text("search", request.search, MAX_SEARCH_BYTES))),
            ai_agent_ids=_ids("ai_agent_ids", request.ai_agent_ids),
            agent_ids=_ids("agent_ids", request.agent_ids),
            statuses=read_statuses(request.statuses),
            user_id=foreign_id("user_id", request.user_id) if request.user_id else "",
            sort=read_sort(request.sort),
            size=_size("page_size", request.page_size),
        )
        page, next_token = await self._read_list.page(query, optional_text("page_token", request.page_token, MAX_TOKEN_BYTES))
        return agent_pb2.ListConversationsResponse(
            rows=[write_row(row) for row in page.rows],
            next_page_token=next_token,
            counts=write_counts(page.counts),
            projected_at=page.projected_at,
        )

    async def GetConversationRow(self, request: agent_pb2.GetConversationRowRequest, _context: Context) -> agent_pb2.GetConversationRowResponse:
        """One row."""
        caller = user_caller()
        row = await self._read_list.row(caller.workspace_id, caller.account_id, uuid_text("conversation_id", request.conversation_id))
        return agent_pb2.GetConversationRowResponse(row=write_row(row))

    async def ListEvents(self, request: agent_pb2.ListEventsRequest, _context: Context) -> agent_pb2.ListEventsResponse:
        """A page of the history."""
        events, more = await self._read_history(
            user_caller().workspace_id,
            uuid_text("conversation_id", request.conversation_id),
            before=seq_number("before_seq", request.before_seq),
            after=seq_number("after_seq", request.after_seq),
            limit=_size("limit", request.limit),
        )
        return agent_pb2.ListEventsResponse(events=[self._encode_event(event) for event in events], more=more)

    async def MarkRead(self, request: agent_pb2.MarkReadRequest, _context: Context) -> agent_pb2.MarkReadResponse:
        """How far the caller has read."""
        caller = user_caller()
        conversation_id = uuid_text("conversation_id", request.conversation_id)
        read = await self._read_list.mark_read(caller.workspace_id, caller.account_id, conversation_id, seq_number("seq", request.seq))
        return agent_pb2.MarkReadResponse(read_seq=read.seq, unread=read.unread)

    async def ListPresence(self, _request: agent_pb2.ListPresenceRequest, _context: Context) -> agent_pb2.ListPresenceResponse:
        """Who is there."""
        agents = await self._presence(user_caller().workspace_id)
        return agent_pb2.ListPresenceResponse(
            agents=[
                agent_pb2.AgentPresence(
                    agent_id=agent.agent_id,
                    presence=agent_pb2.Presence.Value(f"PRESENCE_{agent.presence.name}"),
                    since=write_moment(agent.since) if agent.since else None,
                    open_conversations=agent.open_conversations,
                    countdowns=[
                        agent_pb2.Countdown(counted_from=write_moment(each.counted_from), seconds=int(each.lasts.total_seconds())) for each in agent.countdowns
                    ],
                )
                for agent in agents
            ]
        )

    async def ListTemplates(self, _request: agent_pb2.ListTemplatesRequest, _context: Context) -> agent_pb2.ListTemplatesResponse:
        """The shared templates and the caller's own."""
        caller = user_caller()
        templates = await self._templates.list(caller.workspace_id, caller.account_id)
        return agent_pb2.ListTemplatesResponse(templates=[write_template(template) for template in templates])

    async def PutTemplate(self, request: agent_pb2.PutTemplateRequest, _context: Context) -> agent_pb2.PutTemplateResponse:
        """Write a template."""
        caller = user_caller()
        given = request.template
        template = Template(
            id=uuid_text("template.id", given.id) if given.id else "",
            workspace_id=caller.workspace_id,
            name=optional_text("template.name", given.name),
            text=optional_text("template.text", given.text),
            locale=optional_text("template.locale", given.locale),
            folder=optional_text("template.folder", given.folder),
            changed_by_name=caller.name,
            changed_at=_this_millisecond(),
            revision=seq_number("template.revision", given.revision),
        )
        written = await self._templates.put(template, caller.account_id, shared=request.shared, supervisor=caller.role >= Role.SUPERVISOR)
        return agent_pb2.PutTemplateResponse(template=write_template(written))

    async def DeleteTemplate(self, request: agent_pb2.DeleteTemplateRequest, _context: Context) -> agent_pb2.DeleteTemplateResponse:
        """Remove a template."""
        caller = user_caller()
        template_id = uuid_text("template_id", request.template_id)
        await self._templates.delete(caller.workspace_id, template_id, caller.account_id, supervisor=caller.role >= Role.SUPERVISOR)
        return agent_pb2.DeleteTemplateResponse()

    async def CountTemplateUse(self, request: agent_pb2.CountTemplateUseRequest, _context: Context) -> agent_pb2.CountTemplateUseResponse:
        """Note that a template was used."""
        caller = user_caller()
        await self._templates.count_use(caller.workspace_id, uuid_text("template_id", request.template_id), caller.account_id)
        return agent_pb2.CountTemplateUseResponse()


def _this_millisecond() -> datetime:
    """Return now, as exactly as the database keeps it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _ids(field: str, values: Iterable[str]) -> tuple[str, ...]:
    ids = tuple(foreign_id(field, value) for value in values)
    if len(ids) > MAX_FILTER_IDS:
        raise InvalidError(field, f"must have at most {MAX_FILTER_IDS} entries")
    return ids


def _size(field: str, value: int) -> int:
    if not 0 <= value <= MAX_PAGE:
        raise InvalidError(field, f"must be between 1 and {MAX_PAGE}, or 0 for {DEFAULT_PAGE}")
    return value or DEFAULT_PAGE
