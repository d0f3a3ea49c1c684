"""Ids of commands: made from what is said where the caller names it, so that the next process repeats instead of doubling."""

import uuid

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "baton-sdk/command")


def command_id(conversation_id: str, *parts: object) -> str:
    """Return the id of what these parts name; the same parts, the same id, in every process."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, (conversation_id, *parts)))))


def fresh_id() -> str:
    """Return an id that nothing else has: for what has no name of its own. It is kept for all attempts of the one call."""
    return str(uuid.uuid4())
