"""Human agents' commands, on the internal listener, on behalf of the user whose access token comes along. Failures are named in the contract."""
# ruff: noqa: N802  # the methods' names are the contract's

from typing import Any

import grpc.aio
from baton.conversation.v1 import agent_pb2, agent_pb2_grpc, event_pb2
from servicekit.caller import Role, user_caller

from services.conversation.domain import commands
from services.conversation.domain.control import AgentRef, CloseReason
from services.conversation.domain.events import Actor, ActorKind, Brief, DraftResolution
from services.conversation.domain.texts import MAX_SHORT_BYTES, optional_text, required_text, seq_number, uuid_text
from services.conversation.entrypoints.control_proto import read_enum, write_outcome
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.transfer import TransferToAgent

Context = grpc.aio.ServicerContext[Any, Any]


class AgentCommands(agent_pb2_grpc.AgentServiceServicer):
    """The half of AgentService that writes; AgentQueries is the other."""

    def __init__(self, carry_out: CarryOut, transfer: TransferToAgent) -> None:
        self._carry_out = carry_out
        self._transfer = transfer

    async def TakeOver(self, request: agent_pb2.TakeOverRequest, _context: Context) -> agent_pb2.TakeOverResponse:
        """I handle it now."""
        command = commands.TakeOver(**_envelope(request), reason=optional_text("reason", request.reason, MAX_SHORT_BYTES))
        return agent_pb2.TakeOverResponse(outcome=write_outcome(await self._carry_out(command)))

    async def SendMessage(self, request: agent_pb2.SendMessageRequest, _context: Context) -> agent_pb2.SendMessageResponse:
        """Say something to the user."""
        command = commands.SendMessage(**_envelope(request), text=required_text("text", request.text), seen_seq=seq_number("seen_seq", request.seen_seq))
        return agent_pb2.SendMessageResponse(outcome=write_outcome(await self._carry_out(command)))

    async def HandBack(self, request: agent_pb2.HandBackRequest, _context: Context) -> agent_pb2.HandBackResponse:
        """Let the AI speak again."""
        command = commands.HandBack(
            **_envelope(request),
            seen_seq=seq_number("seen_seq", request.seen_seq),
            brief=_brief(request.brief),
            message=_parting(request.message),
        )
        return agent_pb2.HandBackResponse(outcome=write_outcome(await self._carry_out(command)))

    async def Transfer(self, request: agent_pb2.TransferRequest, _context: Context) -> agent_pb2.TransferResponse:
        """A colleague handles it now."""
        command = commands.Transfer(
            **_envelope(request),
            seen_seq=seq_number("seen_seq", request.seen_seq),
            to_agent_id=uuid_text("to_agent_id", request.to_agent_id),
            note=optional_text("note", request.note),
            message=_parting(request.message),
        )
        return agent_pb2.TransferResponse(outcome=write_outcome(await self._transfer(command)))

    async def Release(self, request: agent_pb2.ReleaseRequest, _context: Context) -> agent_pb2.ReleaseResponse:
        """Back to the queue, silent."""
        command = commands.Release(
            **_envelope(request), reason=optional_text("reason", request.reason, MAX_SHORT_BYTES), note=optional_text("note", request.note)
        )
        return agent_pb2.ReleaseResponse(outcome=write_outcome(await self._carry_out(command)))

    async def DismissRequest(self, request: agent_pb2.DismissRequestRequest, _context: Context) -> agent_pb2.DismissRequestResponse:
        """No human is needed."""
        command = commands.WithdrawRequest(
            **_by_agent(request), epoch=seq_number("epoch", request.epoch), reason=optional_text("reason", request.reason, MAX_SHORT_BYTES)
        )
        return agent_pb2.DismissRequestResponse(outcome=write_outcome(await self._carry_out(command)))

    async def ResolveDraft(self, request: agent_pb2.ResolveDraftRequest, _context: Context) -> agent_pb2.ResolveDraftResponse:
        """End a withheld draft."""
        command = commands.ResolveDraft(
            **_envelope(request),
            draft_seq=seq_number("draft_seq", request.draft_seq, least=1),
            resolution=read_enum("resolution", DraftResolution, request.resolution),
        )
        return agent_pb2.ResolveDraftResponse(outcome=write_outcome(await self._carry_out(command)))

    async def AddNote(self, request: agent_pb2.AddNoteRequest, _context: Context) -> agent_pb2.AddNoteResponse:
        """Write a note for colleagues."""
        command = commands.AddNote(**_envelope(request), text=required_text("text", request.text))
        return agent_pb2.AddNoteResponse(outcome=write_outcome(await self._carry_out(command)))

    async def Close(self, request: agent_pb2.CloseRequest, _context: Context) -> agent_pb2.CloseResponse:
        """It is done."""
        command = commands.CloseByAgent(**_envelope(request), reason=read_enum("reason", CloseReason, request.reason))
        return agent_pb2.CloseResponse(outcome=write_outcome(await self._carry_out(command)))


def _envelope(request: Any) -> dict[str, Any]:  # noqa: ANN401  # every request with the two ids
    caller = user_caller()
    return {
        **_by_agent(request),
        "agent": AgentRef(caller.account_id, caller.display_name),
        "supervisor": caller.role >= Role.SUPERVISOR,
    }


def _by_agent(request: Any) -> dict[str, Any]:  # noqa: ANN401  # as above
    caller = user_caller()
    return {
        "command_id": uuid_text("command_id", request.command_id),
        "conversation_id": uuid_text("conversation_id", request.conversation_id),
        "workspace_id": caller.workspace_id,
        "actor": Actor(ActorKind.AGENT, caller.account_id, caller.name),
    }


def _parting(message: str) -> str:
    """Return the optional last words to the user; what is only white space would be an empty bubble."""
    return required_text("message", message) if message else ""


def _brief(brief: event_pb2.Brief) -> Brief:
    return Brief(
        summary=optional_text("brief.summary", brief.summary),
        decided=optional_text("brief.decided", brief.decided),
        promised=optional_text("brief.promised", brief.promised),
        not_to_be_said=optional_text("brief.not_to_be_said", brief.not_to_be_said),
    )
