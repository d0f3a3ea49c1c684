"""A gRPC service called with plain JSON: requests are filled by field name, answers come as browsers get them."""

import grpc.aio
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from servicekit.grpc_client import Peer

from services.realtime.adapters.browser_json import fill, to_json
from services.realtime.domain.json_types import Json

Multicallable = grpc.aio.UnaryUnaryMultiCallable[Message, Message]


class GrpcService:
    """One service of a peer; its RPCs are known from its descriptor."""

    def __init__(self, peer: Peer, service: ServiceDescriptor) -> None:
        """Nothing connects before the first call."""
        self._peer = peer
        self._requests: dict[str, type[Message]] = {}
        self._methods: dict[str, Multicallable] = {}
        for method in service.methods:
            self._requests[method.name] = GetMessageClass(method.input_type)
            self._methods[method.name] = _multicallable(peer, service, method)

    async def message(self, rpc: str, /, *, access_token: str = "", **fields: object) -> Message:
        """Call and answer with the message itself."""
        request = self._requests[rpc]()
        fill(request, fields)
        return await self._peer.call(self._methods[rpc], request, access_token=access_token)

    async def call(self, rpc: str, /, *, access_token: str = "", **fields: object) -> Json:
        """Call; InvalidError if a field does not fit, else what the service raised."""
        return to_json(await self.message(rpc, access_token=access_token, **fields))


def _multicallable(peer: Peer, service: ServiceDescriptor, method: MethodDescriptor) -> Multicallable:
    answer: type[Message] = GetMessageClass(method.output_type)
    multicallable: Multicallable = peer.channel.unary_unary(
        f"/{service.full_name}/{method.name}", request_serializer=_serialized, response_deserializer=answer.FromString
    )
    return multicallable


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()
