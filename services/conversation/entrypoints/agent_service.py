"""AgentService whole: what writes, what reads and what looks up."""

from baton.conversation.v1 import agent_pb2

from services.conversation.entrypoints.agent_commands import AgentCommands
from services.conversation.entrypoints.agent_lookups import AgentLookups
from services.conversation.entrypoints.agent_queries import AgentQueries, EncodeEvent
from services.conversation.ports.watching import Watchers
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.edit_templates import EditTemplates
from services.conversation.use_cases.read_history import ReadHistory
from services.conversation.use_cases.read_list import ReadList
from services.conversation.use_cases.tell_presence import TellPresence
from services.conversation.use_cases.transfer import TransferToAgent

SERVICE_NAME = agent_pb2.DESCRIPTOR.services_by_name["AgentService"].full_name


class AgentService(AgentCommands, AgentQueries, AgentLookups):
    """The three parts on one listener."""

    def __init__(
        self,
        carry_out: CarryOut,
        transfer: TransferToAgent,
        read_list: ReadList,
        read_history: ReadHistory,
        templates: EditTemplates,
        presence: TellPresence,
        watchers: Watchers,
        encode_event: EncodeEvent,
    ) -> None:
        """First what AgentCommands takes, then what AgentQueries does, `watchers` for AgentLookups."""
        AgentCommands.__init__(self, carry_out, transfer)
        AgentQueries.__init__(self, read_list, read_history, templates, presence, encode_event)
        AgentLookups.__init__(self, read_history, watchers, encode_event)
