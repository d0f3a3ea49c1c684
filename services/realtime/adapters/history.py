"""The conversation service as the gateway calls it: as any other, but its events are given in the browsers' own shape."""

from baton.conversation.v1.agent_pb2 import FindInConversationResponse, ListEventsResponse, ListLandmarksResponse

from services.realtime.adapters.browser_json import to_json
from services.realtime.adapters.event_json import event_json
from services.realtime.adapters.grpc_service import GrpcService
from services.realtime.domain.json_types import Json


class ConversationService(GrpcService):
    """AgentService; what answers events answers them exactly as the socket gives them."""

    async def call(self, rpc: str, /, *, access_token: str = "", **fields: object) -> Json:
        """Call an RPC of AgentService."""
        answer = await self.message(rpc, access_token=access_token, **fields)
        match answer:
            case ListEventsResponse() | FindInConversationResponse():
                return {"events": [event_json(event) for event in answer.events], "more": answer.more}
            case ListLandmarksResponse():
                return {"events": [event_json(event) for event in answer.events]}
        return to_json(answer)
