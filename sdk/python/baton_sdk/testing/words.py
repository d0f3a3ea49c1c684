"""The fake's namespace of ids, and the words of its system messages."""

import uuid

from baton_sdk.contract import event_pb2

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "baton-sdk/testing")
_TEXTS = {
    "human_requested": "A human agent has been asked to join this conversation",
    "taken_over": "Human agent ({agent}) has taken over this conversation",
    "handed_back": "Human agent ({agent}) has handed this conversation back to the AI assistant",
    "transferred": "This conversation has been transferred to human agent ({agent})",
    "returned_to_queue": "This conversation is waiting for another human agent",
    "closed": "This conversation has been closed",
    "reopened": "This conversation has been reopened",
}


def system_message(code: str, agent: str = "") -> event_pb2.SystemMessage:
    """Return what the user sees of a change of control, in English."""
    return event_pb2.SystemMessage(code=code, params={"agent": agent} if agent else {}, text=_TEXTS[code].replace("{agent}", agent))
