"""The chats that pages show: what was said, who types, and the pages that are open on each. Kept in memory; a restart forgets it, Baton does not."""

import asyncio
import uuid
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from baton_sdk import Message

# Chats remembered, those used last; and of each its newest messages.
MAX_CHATS = 1_000
MAX_MESSAGES = 500
# What an open page may have unread before it is dropped; it comes back and reads on from where it was.
MAX_UNREAD = 100

# System messages after which a human answers.
TAKING = {"taken_over", "transferred"}

Event = dict[str, Any]


@dataclass
class Chat:
    """One user's chat."""

    id: str
    name: str = ""
    email: str = ""
    locale: str = "en"
    count: int = 0
    messages: deque[Event] = field(default_factory=lambda: deque(maxlen=MAX_MESSAGES))
    pages: list["asyncio.Queue[Event | None]"] = field(default_factory=list)

    def say(self, author: str, text: str, *, agent: str = "", code: str = "", message_id: str = "") -> None:
        """Put words on every open page."""
        self.count += 1
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        event = {"type": "message", "n": self.count, "author": author, "text": text, "agent": agent, "code": code, "id": message_id, "at": at}
        self.messages.append(event)
        self.tell(event)

    def tell(self, event: Event) -> None:
        """Send to the open pages; one that does not keep up is ended."""
        for page in list(self.pages):
            try:
                page.put_nowait(event)
            except asyncio.QueueFull:
                self.pages.remove(page)
                page.get_nowait()
                page.put_nowait(None)

    @property
    def agent(self) -> str:
        """The human who answers, by what was said last; empty for the AI."""
        last = next((event for event in reversed(self.messages) if event["author"] != "user"), None)
        return str(last["agent"]) if last and (last["author"] == "human" or last["code"] in TAKING) else ""

    async def follow(self, after: int) -> AsyncIterator[Event]:
        """Yield what was said after that number, then what comes."""
        page: asyncio.Queue[Event | None] = asyncio.Queue(MAX_UNREAD)
        missed = [event for event in self.messages if event["n"] > after]
        self.pages.append(page)
        try:
            for event in missed:
                yield event
            while (coming := await page.get()) is not None:
                yield coming
        finally:
            if page in self.pages:
                self.pages.remove(page)


class Chats:
    """All chats. It is the bot's screen."""

    def __init__(self) -> None:
        """Empty."""
        self._chats: OrderedDict[str, Chat] = OrderedDict()

    def begin(self, name: str, email: str, locale: str) -> Chat:
        """Begin a chat under an id that nobody can guess: it is what lets a page read it."""
        chat = self.get(str(uuid.uuid4()))
        chat.name, chat.email, chat.locale = name, email, locale
        return chat

    def get(self, chat_id: str) -> Chat:
        """Return a chat; one that was forgotten goes on without its history. ValueError for what is no chat's id."""
        if str(uuid.UUID(chat_id)) != chat_id:
            raise ValueError(chat_id)
        chat = self._chats.setdefault(chat_id, Chat(chat_id))
        self._chats.move_to_end(chat_id)
        if len(self._chats) > MAX_CHATS:
            self._chats.popitem(last=False)
        return chat

    async def show(self, chat_id: str, message: Message) -> None:
        """Put what the AI, a human or Baton says on the page."""
        self.get(chat_id).say(message.author.value, message.text, agent=message.agent, code=message.code)

    async def typing(self, chat_id: str, *, active: bool) -> None:
        """Put typing dots on the page, or take them off."""
        chat = self.get(chat_id)
        chat.tell({"type": "typing", "active": active, "agent": chat.agent})
