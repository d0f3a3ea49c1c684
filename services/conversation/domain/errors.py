"""What a conversation refuses, and why. Every reason is part of the contract.

ServiceError (servicekit.errors)
├── InvalidError                 INVALID                 a text, id or number that breaks its rule
├── NotFoundError
│   ├── ConversationNotFoundError  CONVERSATION_NOT_FOUND  also for another workspace's or platform's
│   ├── AgentNotFoundError         AGENT_NOT_FOUND         the receiver of a transfer
│   └── DraftNotFoundError         DRAFT_NOT_FOUND         no such draft, or it is resolved or moot
├── AlreadyExistsError
│   └── IdReusedError              ID_REUSED               the same command id with other content
├── ConflictError                look again, then try again
│   ├── AlreadyTakenError          ALREADY_TAKEN           another human holds it {agent_id, agent_name}
│   ├── NotHolderError             NOT_HOLDER              the caller does not hold it {holder, agent_id, agent_name}
│   └── UnseenMessagesError        UNSEEN_MESSAGES         something to read first {first_seq, last_seq}
├── PreconditionError            trying again does not help
│   ├── ControlLostError           CONTROL_LOST            no AI may speak, or the epoch is not current {holder, epoch}
│   ├── NotRequestedError          NOT_REQUESTED           nobody asked for a human
│   └── ConversationClosedError    CONVERSATION_CLOSED     {close_reason}
├── ExhaustedError
│   ├── TooManyDraftsError         TOO_MANY_DRAFTS         the AI goes on talking into a conversation it lost {holder, epoch}
│   └── TooSoonError               TOO_SOON                a receipt within a second of the last; waited out inside, never answered
└── UnavailableError             the same command again is safe
    ├── UndecidedError             UNAVAILABLE             whether the event was written is not known yet
    ├── NotUnderstoodError         UNAVAILABLE             an event newer than this process
    └── BehindUndecidedError       BEHIND_UNDECIDED        on a stream: an earlier command of this conversation is undecided {command_id}
"""

from datetime import timedelta

from servicekit.errors import AlreadyExistsError, ConflictError, ExhaustedError, NotFoundError, PreconditionError, UnavailableError

from services.conversation.domain.control import ControlState


class ConversationNotFoundError(NotFoundError):
    """No such conversation for this caller."""

    def __init__(self) -> None:
        super().__init__("CONVERSATION_NOT_FOUND", "There is no such conversation.")


class AgentNotFoundError(NotFoundError):
    """The receiver of a transfer is unknown here, or disabled."""

    def __init__(self) -> None:
        super().__init__("AGENT_NOT_FOUND", "There is no such active agent in this workspace.")


class DraftNotFoundError(NotFoundError):
    """No open draft with that seq."""

    def __init__(self) -> None:
        super().__init__("DRAFT_NOT_FOUND", "There is no such draft, or it is already resolved.")


class IdReusedError(AlreadyExistsError):
    """The command id was used for other content."""

    def __init__(self) -> None:
        super().__init__("ID_REUSED", "This command id was used before, with other content.")


class AlreadyTakenError(ConflictError):
    """Another human holds it."""

    def __init__(self, control: ControlState) -> None:
        agent_id, name = _agent(control)
        super().__init__("ALREADY_TAKEN", f"{name} already handles this conversation.", details={"agent_id": agent_id, "agent_name": name})


class NotHolderError(ConflictError):
    """The caller does not hold it."""

    def __init__(self, control: ControlState) -> None:
        agent_id, name = _agent(control)
        details = {"holder": control.holder.value, "agent_id": agent_id, "agent_name": name}
        super().__init__("NOT_HOLDER", "You do not handle this conversation.", details=details)


class UnseenMessagesError(ConflictError):
    """Between `first_seq`, the first event not seen, and `last_seq` the user or a colleague wrote something."""

    def __init__(self, first_seq: int, last_seq: int) -> None:
        details = {"first_seq": str(first_seq), "last_seq": str(last_seq)}
        super().__init__("UNSEEN_MESSAGES", "There are messages that you have not seen yet.", details=details)


class ControlLostError(PreconditionError):
    """No AI may speak, or the epoch is not current."""

    def __init__(self, control: ControlState) -> None:
        super().__init__("CONTROL_LOST", "The AI does not control this conversation under this epoch.", details=_control(control))


class NotRequestedError(PreconditionError):
    """Nobody asked for a human."""

    def __init__(self) -> None:
        super().__init__("NOT_REQUESTED", "No human is asked for.")


class ConversationClosedError(PreconditionError):
    """The conversation is closed."""

    def __init__(self, control: ControlState) -> None:
        details = {"close_reason": control.close_reason.value if control.close_reason else ""}
        super().__init__("CONVERSATION_CLOSED", "This conversation is closed.", details=details)


class TooManyDraftsError(ExhaustedError):
    """As many AI messages as are kept in one epoch are kept already."""

    def __init__(self, control: ControlState) -> None:
        super().__init__("TOO_MANY_DRAFTS", "The AI lost control of this conversation; no more of its drafts are kept.", details=_control(control))


class TooSoonError(ExhaustedError):
    """The last Delivered is too fresh for another; `wait` says for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("TOO_SOON", "Receipts are written once a second.")
        self.wait = wait


class UndecidedError(UnavailableError):
    """Whether the event was written is not known yet: the same command again finds out."""

    def __init__(self) -> None:
        super().__init__("The database has not said whether it was written; send the same command again.")


class NotUnderstoodError(UnavailableError):
    """The log has an event of a type or version newer than this process: its conversation is left to newer ones."""

    def __init__(self, conversation_id: str, seq: int) -> None:
        super().__init__("This conversation is handled by a newer version; try again.")
        self.conversation_id = conversation_id
        self.seq = seq


class BehindUndecidedError(UnavailableError):
    """On a stream, an earlier command of the same conversation is undecided: this one was not tried, so that nothing overtakes."""

    def __init__(self, command_id: str) -> None:
        super().__init__("An earlier command of this conversation is undecided; send that one again, then this.", reason="BEHIND_UNDECIDED")
        self.details["command_id"] = command_id


def _agent(control: ControlState) -> tuple[str, str]:
    return (control.agent.id, control.agent.display_name) if control.agent else ("", "")


def _control(control: ControlState) -> dict[str, str]:
    return {"holder": control.holder.value, "epoch": str(control.epoch)}
