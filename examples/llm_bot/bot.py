"""The bot: what the model is told, when a human is called, what is remembered of a chat."""

import re

from baton_sdk import AiAgent, Author, Baton, Bot, Message, Question, Screen, Turn

from examples.llm_bot.model import ASK_FOR_HUMAN, END_CONVERSATION, Model, Said

AGENT = AiAgent("llm", "LLM bot")
INSTRUCTIONS = """You are the support assistant of a shop. Answer in the user's language, in at most three sentences.
Never invent an order, a price or a promise.
If you cannot help, or may not, call ask_for_human and tell the user that a colleague is coming.
When the user says that all is well, call end_conversation."""
# The rule that no model decides: who asks for a person gets one.
_WANTS_A_PERSON = re.compile(r"\b(human|person|someone real|real agent|manusia|orang asli|petugas|cs)\b", re.IGNORECASE)
_REMEMBERED = 40


class LlmBot:
    """Baton on one side, a model on the other, and the user's page."""

    def __init__(self, baton: Baton, model: Model, page: Screen) -> None:
        self.bot = Bot(baton, self, self._answer, AGENT, consumer="llm-bot")
        self._model = model
        self._page = page
        self._history: dict[str, list[Said]] = {}

    async def user_says(self, chat_id: str, text: str, message_id: str = "") -> None:
        """Take what a user writes."""
        self._remember(chat_id, "user", text)
        await self.bot.user_says(chat_id, text, message_id)

    async def show(self, chat_id: str, message: Message) -> None:
        """Show words to the user; those of humans are part of what the model reads later, so that it goes on from there."""
        if message.author is not Author.SYSTEM:
            self._remember(chat_id, "assistant", message.text)
        await self._page.show(chat_id, message)

    async def typing(self, chat_id: str, *, active: bool) -> None:
        """Pass the dots on."""
        await self._page.typing(chat_id, active=active)

    async def _answer(self, turn: Turn, question: Question) -> None:
        chat_id, text, ended = question.conversation.chat_id, "", False
        if _WANTS_A_PERSON.search(question.text):
            await turn.ask_for_human("The user asks for a person.", by_user=True, summary=question.text)
        instructions = "\n".join(filter(None, (INSTRUCTIONS, question.brief.as_prompt())))
        async for piece in self._model.reply(instructions, self._history.get(chat_id, []), chat_id):
            if isinstance(piece, str):
                text += piece
                await turn.compose(text)
            elif piece.name == ASK_FOR_HUMAN:
                await turn.ask_for_human(piece.reason() or "The assistant cannot help.", summary=question.text)
            elif piece.name == END_CONVERSATION:
                ended = True
        if text.strip():
            await turn.say(text)
        if ended:
            await turn.resolve()

    def _remember(self, chat_id: str, role: str, text: str) -> None:
        said = self._history.setdefault(chat_id, [])
        said.append(Said(role, text))
        del said[:-_REMEMBERED]
