"""The whole of a platform's duty in one object: tell Baton what users write, answer while the AI may speak, show what humans write."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from baton_sdk.client import Baton
from baton_sdk.conversation import Conversation
from baton_sdk.errors import BatonError, ControlLostError
from baton_sdk.turn import Turn
from baton_sdk.values import AiAgent, Author, Brief, ControlChanged, Message, MessageToShow, Receipt, Told, User

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What the AI is to answer. `text` is the user's newest message, empty when another process heard it: your own history has it."""

    conversation: Conversation
    text: str
    # What the last human told the AI at hand-back.
    brief: Brief


class Screen(Protocol):
    """Your user's page. Take the words and return: other conversations wait meanwhile."""

    async def show(self, chat_id: str, message: Message) -> None:
        """Show words, in the order of the calls. What Baton told may come again after a crash."""
        ...

    async def typing(self, chat_id: str, *, active: bool) -> None:
        """Put typing dots on the page, or take them off."""
        ...


Answer = Callable[[Turn, Question], Awaitable[None]]


@dataclass(slots=True)
class _Chat:
    conversation: Conversation
    question: str = ""
    brief: Brief = field(default_factory=Brief)
    turn: Turn | None = None
    answering: asyncio.Task[None] | None = None
    # The newest words of a human that were shown.
    delivered_seq: int = 0


class Bot:
    """`async with asyncio.TaskGroup() as tasks: tasks.create_task(bot.run())`, then `await bot.user_says(...)` for what users write.

    `answer(turn, question)` is your AI: it calls `turn.compose` while it writes and `turn.say` in the end, and is cancelled when a human takes over or
    the user writes again. If it fails, a human is asked for.
    """

    def __init__(self, baton: Baton, screen: Screen, answer: Answer, ai_agent: AiAgent, *, consumer: str = "bot") -> None:
        """`consumer` names this process's Watch stream: one at a time, the newest wins."""
        self._baton = baton
        self._screen = screen
        self._answer = answer
        self._ai_agent = ai_agent
        self._consumer = consumer
        self._chats: dict[str, _Chat] = {}

    async def run(self) -> None:
        """Follow Baton until cancelled. KeyInvalidError when the key is revoked, WatchReplacedError when another process took this one's place."""
        try:
            async with self._baton.watch(self._consumer, catch_up=True, on_typing=self._agent_types) as watch:
                async for told in watch:
                    await self._hear(told)
        finally:
            for chat in self._chats.values():
                _stop(chat)

    async def user_says(self, chat_id: str, text: str, message_id: str = "", user: User | None = None) -> Receipt:
        """Record what a user wrote in a chat of yours, and let the AI answer if it may. `message_id` is your own id of the message.

        `user` matters when the chat begins; without it the chat's id stands for the user. Errors as for `Conversation.user_says`.
        """
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chat(await self._baton.start(chat_id, user or User(chat_id), self._ai_agent))
        receipt = await chat.conversation.user_says(text, message_id)
        chat.question = text
        if chat.conversation.ai_may_speak and receipt.seq > chat.conversation.said_seq:
            self._begin_answer(chat)
        return receipt

    async def user_left(self, chat_id: str) -> None:
        """Say that a user has gone."""
        if chat := self._chats.get(chat_id):
            _stop(chat)
            await chat.conversation.user_left()

    def user_saw(self, chat_id: str) -> None:
        """Say that the user has seen all that was shown."""
        chat = self._chats.get(chat_id)
        if chat and chat.delivered_seq:
            chat.conversation.shown(chat.delivered_seq)

    def _chat(self, conversation: Conversation) -> _Chat:
        return self._chats.setdefault(conversation.chat_id, _Chat(conversation))

    async def _hear(self, told: Told) -> None:
        chat = self._chat(told.conversation)
        if isinstance(told, MessageToShow):
            await self._show(chat, told, (told.message,))
        elif isinstance(told, ControlChanged):
            chat.brief = told.brief or chat.brief
            await self._show(chat, told, told.messages)
            if told.reply_due and _is_due(chat, told):
                self._begin_answer(chat)
        else:
            _stop(chat)
            await self._show(chat, told, getattr(told, "messages", ()))
            if told.conversation.control == told.control:
                self._chats.pop(told.conversation.chat_id, None)

    async def _show(self, chat: _Chat, told: Told, messages: tuple[Message, ...]) -> None:
        for message in messages:
            await self._screen.show(chat.conversation.chat_id, message)
        if any(message.author is Author.HUMAN for message in messages):
            chat.delivered_seq = max(chat.delivered_seq, told.seq)
            chat.conversation.delivered(told.seq)

    def _begin_answer(self, chat: _Chat) -> None:
        """Answer what is to be answered now; an answer that was being written to less than that is dropped."""
        _stop(chat)
        chat.answering = asyncio.create_task(self._answering(chat))

    async def _answering(self, chat: _Chat) -> None:
        chat_id = chat.conversation.chat_id
        typing = partial(_typing, self._screen, chat_id)
        try:
            async with chat.conversation.turn(show=partial(self._say, chat_id), show_typing=typing) as turn:
                chat.turn = turn
                await self._answer_or_escalate(turn, chat)
        except ControlLostError:
            logger.debug("%s: a human has it", chat_id)
        except BatonError as error:
            logger.warning("%s: not answered: %s", chat_id, error)

    async def _answer_or_escalate(self, turn: Turn, chat: _Chat) -> None:
        try:
            await self._answer(turn, Question(chat.conversation, chat.question, chat.brief))
        except BatonError:
            raise
        except Exception:
            logger.exception("%s: the AI failed; a human is asked for", chat.conversation.chat_id)
            await turn.ask_for_human("The AI failed to answer.", summary=chat.question)

    async def _agent_types(self, chat_id: str, _agent: str, active: bool) -> None:  # noqa: FBT001  # as the watch calls it
        await self._screen.typing(chat_id, active=active)

    async def _say(self, chat_id: str, text: str) -> None:
        await self._screen.show(chat_id, Message(Author.AI, text))


async def _typing(screen: Screen, chat_id: str, active: bool) -> None:  # noqa: FBT001  # the turn's hook is positional
    await screen.typing(chat_id, active=active)


def _stop(chat: _Chat) -> None:
    if chat.answering:
        chat.answering.cancel()


def _is_due(chat: _Chat, told: ControlChanged) -> bool:
    """Tell whether the answer that Baton says is due is not already said, or being written with all that is known."""
    current = chat.conversation.control
    if told.seq < chat.conversation.said_seq or not current.ai_may_speak or current.epoch != told.control.epoch:
        return False
    writing = chat.turn if chat.answering and not chat.answering.done() else None
    return writing is None or writing.epoch != current.epoch or (bool(told.brief) and not writing.sent)
