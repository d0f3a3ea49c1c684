"""Every RPC of a running stack, as its listeners tell by reflection, called with bytes as they are."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from baton.conversation.v1 import errors_pb2, platform_pb2
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

from tests.harness.site import Site

TIMEOUT_SECONDS = 20.0
# "Come again" is a fault only of who says nothing else.
ATTEMPTS = 5
PAUSE_SECONDS = 0.5
# Who writes in the moment in which the stream ends loses its status: https://github.com/grpc/grpc/issues/36066.
LOST_BY_GRPC = "Internal error from Core"
Metadata = Sequence[tuple[str, str]]

# Codes that say "Baton is broken" or "come again", where the caller is at fault and coming again does not help.
NO_REFUSALS = {
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DATA_LOSS,
}
MAX_DETAILS_BYTES = 4096


def _type_of(field: FieldDescriptor) -> str:
    return field.message_type.full_name if field.message_type else ""


STREAM_PATH = "/baton.conversation.v1.PlatformService/AppendStream"
# ReportTyping is in the stream without an answer: what is wrong with it is passed over.
STREAMED = {_type_of(field) for field in platform_pb2.StreamedCommand.DESCRIPTOR.fields if field.name != "report_typing"}
CODES = {code.value[0]: code for code in grpc.StatusCode}


@dataclass(frozen=True)
class Reply:
    """How a call ended; `details_bytes` is the size of all that the error carries."""

    code: grpc.StatusCode
    reason: str = ""
    domain: str = ""
    field: str = ""
    message: str = ""
    details_bytes: int = 0
    content: bytes = b""

    @property
    def refused(self) -> bool:
        return self.code is not grpc.StatusCode.OK

    @property
    def is_no_answer(self) -> bool:
        """Whether the command is to be sent again: a dependency was too slow, or the client's library lost the answer to a stream that was just refused."""
        return self.code is grpc.StatusCode.UNAVAILABLE or (self.code is grpc.StatusCode.INTERNAL and self.message == LOST_BY_GRPC)

    def faults(self) -> list[str]:
        """Say what is wrong with it as the answer to bad input."""
        if self.code in NO_REFUSALS:
            return [f"{self.code.name} {self.message}"]
        if not self.refused:
            return []
        faults = [] if self.domain == "baton" and self.reason and self.message else [f"{self.code.name} without a reason: {self.message}"]
        if self.code is grpc.StatusCode.INVALID_ARGUMENT and not self.field:
            faults.append(f"no field is named: {self.message}")
        if self.details_bytes > MAX_DETAILS_BYTES:
            faults.append(f"{self.details_bytes} bytes of details")
        return faults


@dataclass(frozen=True)
class Rpc:
    """One method of one listener."""

    listener: str
    target: str
    method: MethodDescriptor
    channel: grpc.aio.Channel

    @property
    def name(self) -> str:
        return str(self.method.name)

    @property
    def service(self) -> str:
        return str(self.method.containing_service.name)

    @property
    def path(self) -> str:
        return f"/{self.method.containing_service.full_name}/{self.name}"

    def request(self) -> Message:
        """Return an empty request."""
        return GetMessageClass(self.method.input_type)()

    def response(self, content: bytes) -> Any:  # one of many messages
        return GetMessageClass(self.method.output_type).FromString(content)

    async def __call__(self, raw: bytes, metadata: Metadata, channel: grpc.aio.Channel | None = None) -> Reply:
        """Call, again where a busy machine gave no answer; of a stream the first item alone is read."""
        for _ in range(ATTEMPTS - 1):
            reply = await self._once(raw, metadata, channel)
            if not reply.is_no_answer:
                return reply
            await asyncio.sleep(PAUSE_SECONDS)
        return await self._once(raw, metadata, channel)

    async def _once(self, raw: bytes, metadata: Metadata, channel: grpc.aio.Channel | None) -> Reply:
        try:
            if self.method.server_streaming:
                stream: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = (channel or self.channel).unary_stream(self.path)
                call = stream(raw, metadata=metadata, timeout=TIMEOUT_SECONDS)
                first = await call.read()
                if isinstance(first, bytes):
                    call.cancel()
                    return Reply(grpc.StatusCode.OK, content=first)
                return Reply(await call.code())
            unary: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = (channel or self.channel).unary_unary(self.path)
            return Reply(grpc.StatusCode.OK, content=await unary(raw, metadata=metadata, timeout=TIMEOUT_SECONDS))
        except grpc.aio.AioRpcError as error:
            return _refusal(error)


class StreamedRpc(Rpc):
    """A command of the platform's as one of many on its stream: the same content, refused the same, in the answer or by the stream's end."""

    @property
    def service(self) -> str:
        return "AppendStream"

    async def _once(self, raw: bytes, metadata: Metadata, channel: grpc.aio.Channel | None) -> Reply:
        """Send this one command, and nothing more."""
        kinds = platform_pb2.StreamedCommand.DESCRIPTOR.fields
        (kind,) = [field for field in kinds if _type_of(field) == self.method.input_type.full_name]
        stream: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = (channel or self.channel).stream_stream(STREAM_PATH)
        try:
            call = stream(metadata=metadata, timeout=TIMEOUT_SECONDS)
            # Who writes into a stream that was just refused is told nothing else than that.
            await call.initial_metadata()
            if not call.done():
                await call.write(_nested(1, _nested(kind.number, raw)))
            first = await call.read()
            if not isinstance(first, bytes):
                return Reply(await call.code())
            call.cancel()
        except grpc.aio.AioRpcError as error:
            return _refusal(error)
        answer = platform_pb2.AppendStreamResponse.FromString(first).answers[0]
        if not answer.HasField("refusal"):
            return Reply(grpc.StatusCode.OK, content=first)
        refusal = answer.refusal
        reason = errors_pb2.ErrorReason.Name(refusal.reason).removeprefix("ERROR_REASON_")
        return Reply(CODES[refusal.code], reason, "baton", refusal.field, refusal.message, refusal.ByteSize())


def _nested(number: int, content: bytes) -> bytes:
    size, length = b"", len(content)
    while length >= 128:
        size += bytes([length & 127 | 128])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def _refusal(error: grpc.aio.AioRpcError) -> Reply:
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        for known in (info, bad):
            if detail.Is(known.DESCRIPTOR):
                detail.Unpack(known)
    size = sum(len(value) for _, value in error.trailing_metadata() or ())
    field = bad.field_violations[0].field if bad.field_violations else ""
    return Reply(error.code(), info.reason, info.domain, field, error.details() or "", size)


def listeners(site: Site) -> dict[str, str]:
    """Return where each gRPC listener is."""
    return {
        "auth": site.plan.address("auth.grpc"),
        "conversation": site.internal_targets()[0],
        "analytics": site.plan.address("analytics.grpc"),
        "platform": site.public_targets()[0],
    }


def all_rpcs(site: Site) -> Iterator[Rpc]:
    """Yield every method of Baton's that the listeners serve; the channels are closed by who asked."""
    for listener, target in listeners(site).items():
        with grpc.insecure_channel(target) as channel:
            database = ProtoReflectionDescriptorDatabase(channel)
            pool = DescriptorPool(database)
            aio = grpc.aio.insecure_channel(target)
            for name in database.get_services():
                if name.startswith("baton."):
                    methods = pool.FindServiceByName(name).methods
                    yield from (Rpc(listener, target, method, aio) for method in methods)
                    yield from (StreamedRpc(listener, target, method, aio) for method in methods if method.input_type.full_name in STREAMED)
