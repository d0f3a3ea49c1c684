"""What the page's browser asks: its files, its chat as server-sent events, and what the user does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from baton_sdk import Answer, Baton, BatonError, Bot, ConversationClosedError, User
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examples.end_user.answers import AI_AGENT, WORD_SECONDS, make_answer
from examples.end_user.chats import Chat, Chats, Event

PAGE = Path(__file__).parent / "page"
FILES = {"/": "index.html", "/chat.css": "chat.css", "/chat.js": "chat.js", "/icon.svg": "icon.svg"}
MAX_BODY_BYTES = 64 * 1024
KEEP_ALIVE_SECONDS = 15.0
# Nothing but our own files; nothing of the chat may be kept or framed elsewhere.
HEADERS = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class EndUserPage:
    """The chats' routes, over one bot. Made where the loop runs that it will serve in: the client belongs to one."""

    def __init__(self, target: str, api_key: str, *, word_seconds: float = WORD_SECONDS, answer: Answer | None = None, chats: Chats | None = None) -> None:
        """`word_seconds` is how slowly the AI writes, unless there is another AI to `answer`."""
        self._chats = chats or Chats()
        self._baton = Baton(target, api_key)
        self._bot = Bot(self._baton, self._chats, answer or make_answer(self._locale_of, word_seconds=word_seconds), AI_AGENT, consumer="end-user-page")

    def app(self) -> Starlette:
        """Return the application; the bot runs as long as it does."""
        routes = [Route(path, _file(name)) for path, name in FILES.items()]
        actions = {"messages": self._say, "typing": self._typing, "seen": self._seen, "leave": self._leave}
        return Starlette(
            routes=[
                *routes,
                Route("/healthz", _healthy),
                Route("/api/chats", self._begin, methods=["POST"]),
                Route("/api/chats/{chat_id}/events", self._events),
                *(Route(f"/api/chats/{{chat_id}}/{name}", action, methods=["POST"]) for name, action in actions.items()),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with self._baton:
            running = asyncio.create_task(self._bot.run())
            yield
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    def _locale_of(self, chat_id: str) -> str:
        return self._chats.get(chat_id).locale

    def _chat(self, request: Request) -> Chat:
        try:
            return self._chats.get(request.path_params["chat_id"])
        except ValueError:
            raise HTTPException(404) from None

    async def _begin(self, request: Request) -> Response:
        body = await _body(request)
        chat = self._chats.begin(_text(body, "name", 100), _text(body, "email", 200), _text(body, "locale", 35) or "en")
        return JSONResponse({"chat_id": chat.id}, status_code=201)

    async def _say(self, request: Request) -> Response:
        """Record what the user wrote; 409 after spam, 503 when Baton does not answer: the same message may be sent again."""
        chat, body = self._chat(request), await _body(request)
        text, message_id = _text(body, "text", 4_000), _text(body, "id", 64)
        if not text.strip():
            raise HTTPException(422, "There are no words in it.")
        try:
            receipt = await self._bot.user_says(chat.id, text, message_id, User(chat.id, chat.name, chat.email, chat.locale))
        except ConversationClosedError:
            raise HTTPException(409, "This chat is closed.") from None
        except BatonError as error:
            raise HTTPException(503, str(error)) from None
        if not receipt.repeated or not any(event["id"] == message_id for event in chat.messages):
            chat.say("user", text, message_id=message_id)
        return Response(status_code=204)

    async def _typing(self, request: Request) -> Response:
        chat, body = self._chat(request), await _body(request)
        conversation = await self._baton.start(chat.id, User(chat.id, chat.name, chat.email, chat.locale), AI_AGENT) if chat.count else None
        if conversation is not None:
            await conversation.user_types(active=bool(body.get("active")))
        return Response(status_code=204)

    async def _seen(self, request: Request) -> Response:
        self._bot.user_saw(self._chat(request).id)
        return Response(status_code=204)

    async def _leave(self, request: Request) -> Response:
        with suppress(BatonError):
            await self._bot.user_left(self._chat(request).id)
        return Response(status_code=204)

    async def _events(self, request: Request) -> Response:
        chat = self._chat(request)
        after = request.headers.get("last-event-id", "0")
        return StreamingResponse(_stream(chat, int(after) if after.isdecimal() else 0), media_type="text/event-stream")


async def _stream(chat: Chat, after: int) -> AsyncIterator[str]:
    events = chat.follow(after)
    coming = asyncio.ensure_future(anext(events, None))
    try:
        yield "retry: 1000\n\n"
        while True:
            await asyncio.wait([coming], timeout=KEEP_ALIVE_SECONDS)
            if not coming.done():
                yield ": still here\n\n"
                continue
            event = coming.result()
            if event is None:
                return
            yield _frame(event)
            coming = asyncio.ensure_future(anext(events, None))
    finally:
        coming.cancel()


def _frame(event: Event) -> str:
    # Only what can be read again has a number.
    number = f"id: {event['n']}\n" if "n" in event else ""
    return f"{number}data: {json.dumps(event, ensure_ascii=False)}\n\n"


def _file(name: str) -> Any:  # noqa: ANN401  # an endpoint of Starlette's
    async def serve(_request: Request) -> Response:
        return FileResponse(PAGE / name)

    return serve


async def _healthy(_request: Request) -> Response:
    return Response()


async def _body(request: Request) -> dict[str, Any]:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY_BYTES:
            raise HTTPException(413)
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise HTTPException(422, "The body must be JSON.") from None
    if not isinstance(body, dict):
        raise HTTPException(422, "The body must be an object.")
    return body


def _text(body: dict[str, Any], name: str, most: int) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise HTTPException(422, f"{name} must be text of at most {most} characters.")
    return value


def with_headers(app: ASGIApp) -> ASGIApp:
    """Put the page's security headers on every answer."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *((name.encode(), value.encode()) for name, value in HEADERS.items())]
            await send(message)

        await app(scope, receive, sending if scope["type"] == "http" else send)

    return wrapped
