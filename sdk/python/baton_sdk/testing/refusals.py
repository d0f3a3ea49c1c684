"""What the fake says no with, as the service does."""

from typing import NoReturn

import grpc
import grpc.aio
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from baton_sdk.contract import control_pb2, errors_pb2, platform_pb2

CODES = {
    "CONTROL_LOST": grpc.StatusCode.FAILED_PRECONDITION,
    "TOO_MANY_DRAFTS": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "CONVERSATION_CLOSED": grpc.StatusCode.FAILED_PRECONDITION,
    "NOT_REQUESTED": grpc.StatusCode.FAILED_PRECONDITION,
    "CONVERSATION_NOT_FOUND": grpc.StatusCode.NOT_FOUND,
    "ID_REUSED": grpc.StatusCode.ALREADY_EXISTS,
    "INVALID": grpc.StatusCode.INVALID_ARGUMENT,
    "KEY_INVALID": grpc.StatusCode.UNAUTHENTICATED,
    "CURSOR_EXPIRED": grpc.StatusCode.OUT_OF_RANGE,
    "WATCH_REPLACED": grpc.StatusCode.ABORTED,
    "UNAVAILABLE": grpc.StatusCode.UNAVAILABLE,
    "BEHIND_UNDECIDED": grpc.StatusCode.UNAVAILABLE,
}


class Refusal(Exception):  # noqa: N818  # it is an answer, not a fault of this code
    """A no, by its reason; `field` names bad input."""

    def __init__(self, reason: str, *, field: str = "", **details: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.details = details

    async def send(self, context: "grpc.aio.ServicerContext[Message, Message]") -> NoReturn:
        """End the call with it."""
        code = CODES[self.reason]
        info = error_details_pb2.ErrorInfo(reason=self.reason, domain="baton", metadata=self.details)
        packed = [_packed(info)]
        if self.field:
            violation = error_details_pb2.BadRequest.FieldViolation(field=self.field, description="is not valid")
            packed.append(_packed(error_details_pb2.BadRequest(field_violations=[violation])))
        status = status_pb2.Status(code=code_pb2.Code.Value(code.name), message=self.reason, details=packed)
        await context.abort(code, self.reason, (("grpc-status-details-bin", status.SerializeToString()),))

    def streamed(self) -> platform_pb2.Refusal:
        """Return it as a stream answers it."""
        return platform_pb2.Refusal(
            reason=errors_pb2.ErrorReason.Value(f"ERROR_REASON_{self.reason}"),
            code=code_pb2.Code.Value(CODES[self.reason].name),
            message=self.reason,
            field=self.field,
            details=self.details,
        )


def control_lost(control: control_pb2.ControlState, reason: str = "CONTROL_LOST") -> Refusal:
    """Return the refusal to an AI that may not speak, or not under that epoch."""
    return Refusal(reason, holder=control_pb2.Holder.Name(control.holder).removeprefix("HOLDER_").lower(), epoch=str(control.epoch))


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
