"""The conversation service as the gateway calls it: as any other, but its events are given in the browsers' own shape."""

from typing import cast

from baton.conversation.v1.agent_pb2 import ListEventsResponse

from services.realtime.adapters.event_json import event_json
from services.realtime.adapters.grpc_service import GrpcService
from services.realtime.domain.json_types import Json


class ConversationService(GrpcService):
    """AgentService; ListEvents answers events exactly as the socket gives them."""

    async def call(self, rpc: str, /, *, access_token: str = "", **fields: object) -> Json:
        """Call an RPC of AgentService."""
        if rpc != "ListEvents":
            return await super().call(rpc, access_token=access_token, **fields)
        page = cast("ListEventsResponse", await self.message(rpc, access_token=access_token, **fields))
        return {"events": [event_json(event) for event in page.events], "more": page.more}
