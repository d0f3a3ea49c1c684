"""AgentService whole: what writes and what reads."""

from baton.conversation.v1 import agent_pb2

from services.conversation.entrypoints.agent_commands import AgentCommands
from services.conversation.entrypoints.agent_queries import AgentQueries, EncodeEvent
from services.conversation.ports.presence import PresenceBook
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.edit_templates import EditTemplates
from services.conversation.use_cases.read_history import ReadHistory
from services.conversation.use_cases.read_list import ReadList
from services.conversation.use_cases.transfer import TransferToAgent

SERVICE_NAME = agent_pb2.DESCRIPTOR.services_by_name["AgentService"].full_name


class AgentService(AgentCommands, AgentQueries):
    """The two halves on one listener."""

    def __init__(
        self,
        carry_out: CarryOut,
        transfer: TransferToAgent,
        read_list: ReadList,
        read_history: ReadHistory,
        templates: EditTemplates,
        presence: PresenceBook,
        encode_event: EncodeEvent,
    ) -> None:
        """First what AgentCommands takes, then what AgentQueries does."""
        AgentCommands.__init__(self, carry_out, transfer)
        AgentQueries.__init__(self, read_list, read_history, templates, presence, encode_event)
