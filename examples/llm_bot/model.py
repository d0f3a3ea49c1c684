"""A model behind an OpenAI-compatible endpoint: streamed chat completions, with the two tools that a support bot needs."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

ASK_FOR_HUMAN = "ask_for_human"
END_CONVERSATION = "end_conversation"
_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": ASK_FOR_HUMAN,
            "description": "Call a human colleague: the user wants a person, is angry, or needs what you cannot or may not do.",
            "parameters": {"type": "object", "properties": {"reason": {"type": "string"}}, "required": ["reason"]},
        },
    },
    {
        "type": "function",
        "function": {"name": END_CONVERSATION, "description": "All is answered and the user has said so.", "parameters": {"type": "object", "properties": {}}},
    },
]
# Between two pieces of an answer, not for the whole of it.
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)


@dataclass(frozen=True, slots=True)
class Said:
    """Words of one side: role "user" or "assistant"."""

    role: str
    text: str


@dataclass(slots=True)
class ToolCall:
    """The model calls a tool; its arguments are JSON, in pieces."""

    name: str
    arguments: str = ""

    def reason(self) -> str:
        """Return the reason that it gives; models do not always write valid JSON."""
        try:
            return str(json.loads(self.arguments or "{}").get("reason", ""))
        except (ValueError, AttributeError):
            return ""


class Model:
    """One model of one endpoint."""

    def __init__(self, url: str, key: str, name: str) -> None:
        """`url` is the base, for instance https://llm.example/v1."""
        self._name = name
        self._client = httpx.AsyncClient(base_url=url.rstrip("/") + "/", headers={"Authorization": f"Bearer {key}"}, timeout=_TIMEOUT)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def reply(self, instructions: str, history: Sequence[Said], user: str) -> AsyncIterator[str | ToolCall]:
        """Yield the answer as it is written, and each tool call once it is complete. httpx.HTTPError when the endpoint fails."""
        messages = [{"role": "system", "content": instructions}, *({"role": said.role, "content": said.text} for said in history)]
        body = {"model": self._name, "messages": messages, "tools": _TOOLS, "stream": True, "user": user}
        call: ToolCall | None = None
        async with self._client.stream("POST", "chat/completions", json=body) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                delta = _delta(line)
                for part in delta.get("tool_calls") or ():
                    function = part.get("function") or {}
                    if function.get("name"):
                        if call:
                            yield call
                        call = ToolCall(function["name"])
                    if call:
                        call.arguments += function.get("arguments") or ""
                        if _is_complete(call):
                            yield call
                            call = None
                if delta.get("content"):
                    yield delta["content"]
        if call:
            yield call


def _delta(line: str) -> dict[str, Any]:
    """Return what a line of the stream adds; nothing for comments, blank lines and the end."""
    data = line.removeprefix("data:").strip()
    if not line.startswith("data:") or data == "[DONE]":
        return {}
    choices = json.loads(data).get("choices") or [{}]
    return choices[0].get("delta") or {}


def _is_complete(call: ToolCall) -> bool:
    try:
        json.loads(call.arguments)
    except ValueError:
        return False
    return True
