"""A stand-in for a model's endpoint, for tests and the conformance kit: it speaks the wire format and knows nothing. No real endpoint was called here."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from examples.llm_bot.model import ToolCall

Reply = Callable[[dict[str, Any]], AsyncIterator[str | ToolCall]]


class StubEndpoint:
    """POST /v1/chat/completions on a free port of this machine, streamed; `reply` writes the answer to a request's body."""

    def __init__(self, reply: Reply) -> None:
        self.url = ""
        self.keys: list[str] = []
        self._reply = reply
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            self.keys.append(fields.get("authorization", ""))
            body = json.loads(await reader.readexactly(int(fields["content-length"])))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            async for piece in self._reply(body):
                writer.write(_chunk(piece))
                await writer.drain()
            writer.write(b"data: [DONE]\n\n")
            await writer.drain()
        writer.close()


def _chunk(piece: str | ToolCall) -> bytes:
    if isinstance(piece, str):
        delta: dict[str, Any] = {"content": piece}
    else:
        delta = {"tool_calls": [{"index": 0, "id": "call", "type": "function", "function": {"name": piece.name, "arguments": piece.arguments or "{}"}}]}
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta}]})}\n\n".encode()
