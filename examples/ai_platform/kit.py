"""The example as the conformance kit's connector: its connection, its state machine and its player, with the kit's users and model in place of dialogues."""

import asyncio
from contextlib import suppress

from baton.conversation.v1 import control_pb2, event_pb2, platform_pb2
from baton_sdk.conformance import HandOff, Resolved, World

from examples.ai_platform.connector import Connector, RefusedError
from examples.ai_platform.conversation import Conversation, Move
from examples.ai_platform.dialogues import Exchange
from examples.ai_platform.people import HOUSEHOLD, Person
from examples.ai_platform.plan import Plan
from examples.ai_platform.player import Pace, Player

_PACE = Pace(thinking=0.0, patience=60.0)


class KitConversation(Conversation):
    """A conversation whose user says what the kit wants, when it wants; the AI never ends it unasked."""

    def __init__(self, chat_id: str) -> None:
        super().__init__(Plan(chat_id, Person(chat_id, "", "", "en"), HOUSEHOLD, ((),)))
        self.message_ids: list[str] = []

    def user_writes(self, message_id: str, text: str) -> None:
        """Take the user's next message."""
        self._exchanges.append(Exchange(text, ""))
        self.message_ids.append(message_id)

    def next_move(self) -> Move:
        """Say what the user wrote, answer while the AI may."""
        if self.waiting and self.control.ai_may_speak:
            return Move.AI_ANSWERS
        # The script's user waits for an answer; the kit's need not.
        if self.index + self.waiting < len(self._exchanges):
            if self.waiting:
                self._answered()
            return Move.USER_SPEAKS
        return Move.WAIT

    def user_command_id(self) -> str:
        """Return the id of the message: made of the kit's own, as a platform's is of its message's."""
        return self.command_id(self.message_ids[self.index])

    def _hear_human(self, seq: int, *, answer: bool) -> None:
        self.heard_seq = seq
        if answer and self.waiting and seq > self._last_user_seq:
            self._answered()


class KitPlayer(Player):
    """Plays with the kit's model, and shows the kit's page what a platform would show its user."""

    def __init__(self, chat_id: str, connector: Connector, world: World) -> None:
        self.kit_conversation = KitConversation(chat_id)
        super().__init__(self.kit_conversation, connector, _PACE)
        self._world = world
        self._chat_id = chat_id
        self._brief = ""
        self._text = ""
        self._resolved = False
        self._shown_up_to = 0

    def user_writes(self, message_id: str, text: str) -> None:
        """Take the user's next message."""
        self.kit_conversation.user_writes(message_id, text)
        self._changed.set()

    async def begin_again(self) -> None:
        """Start the conversation or find it; the kit's user has no script to find a place in."""
        request = platform_pb2.StartConversationRequest(
            command_id=self.conversation.command_id("start"),
            platform_conversation_id=self._chat_id,
            user=event_pb2.EndUser(id=self._chat_id),
            ai_agent=control_pb2.AiAgentRef(id=HOUSEHOLD.id, name=HOUSEHOLD.name),
        )
        outcome = (await self._connector.command(self._stub.StartConversation, request)).outcome
        self.conversation.conversation_id = outcome.conversation_id
        self.conversation.learn(outcome.control)

    async def hear(self, item: platform_pb2.WatchResponse) -> None:
        """Show what is new of an item, then act on it as the example does."""
        words = item.message if item.HasField("message") else item.control_changed.message
        if words.HasField("agent") and item.seq > self.conversation.heard_seq:
            await self._world.show(self._chat_id, "human", words.text)
        changed = item.control_changed
        if changed.system_message.text and item.seq > self._shown_up_to:
            self._shown_up_to = item.seq
            await self._world.show(self._chat_id, "system", changed.system_message.text)
        if changed.HasField("brief"):
            self._brief = f"{changed.brief.summary} {changed.brief.decided} {changed.brief.promised} {changed.brief.not_to_be_said}"
        await super().hear(item)

    async def _ai_answers(self) -> None:
        before = self.conversation.control.epoch
        self._resolved = False
        await super()._ai_answers()
        if self._text:
            await self._world.show(self._chat_id, "ai", self._text)
        if self._resolved:
            command_id = self.conversation.command_id(f"resolved/{before}")
            reason = control_pb2.CLOSE_REASON_AI_RESOLVED
            request = platform_pb2.CloseConversationRequest(command_id=command_id, conversation_id=self._id, reason=reason, epoch=before)
            self.conversation.learn((await self._connector.command(self._stub.CloseConversation, request)).outcome.control)

    async def _compose(self, exchange: Exchange, epoch: int) -> str | None:
        self._text = ""
        writing = asyncio.ensure_future(self._write(exchange, epoch))
        while not writing.done():
            changed = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait((writing, changed), return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            if not writing.done():
                self._changed.clear()
                if not self.conversation.may_speak_under(epoch):
                    writing.cancel()
                    await asyncio.wait({writing})
                    self._text = ""
                    return None
        self._text = await writing
        return self._text

    async def _write(self, exchange: Exchange, epoch: int) -> str:
        text = ""
        async for piece in self._world.model(self._chat_id, exchange.user, self._brief):
            if isinstance(piece, HandOff):
                await self._call_human(epoch, piece.reason)
            elif isinstance(piece, Resolved):
                self._resolved = True
            else:
                text += piece
                await self._report_typing(user=False, epoch=epoch, text=text)
        return text

    async def _call_human(self, epoch: int, reason: str) -> None:
        request = platform_pb2.RequestHumanRequest(
            command_id=self.conversation.command_id(f"ask/{epoch}"), conversation_id=self._id, epoch=epoch, by=event_pb2.REQUESTED_BY_AI, reason=reason
        )
        self.conversation.learn((await self._connector.command(self._stub.RequestHuman, request)).outcome.control)


class ExampleConnector:
    """One process of the example."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._connector = Connector(world.target, world.api_key, "kit")
        self._players: dict[str, KitPlayer] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen to Baton."""
        self._keep(asyncio.create_task(self._follow()))

    async def stop(self) -> None:
        """End at once."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._connector.close()

    async def user_writes(self, chat_id: str, message_id: str, text: str) -> None:
        """Give the message to the chat's player."""
        (await self._player(chat_id)).user_writes(message_id, text)

    async def _follow(self) -> None:
        with suppress(RefusedError):
            await self._connector.follow(self._hear)

    async def _hear(self, item: platform_pb2.WatchResponse) -> None:
        if item.platform_conversation_id:
            await (await self._player(item.platform_conversation_id)).hear(item)

    async def _player(self, chat_id: str) -> KitPlayer:
        player = self._players.get(chat_id)
        if player is None:
            player = self._players[chat_id] = KitPlayer(chat_id, self._connector, self._world)
            self._keep(asyncio.create_task(self._play(player)))
        return player

    async def _play(self, player: KitPlayer) -> None:
        with suppress(RefusedError):
            await player.begin_again()
            await player.play()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._running.add(task)
        task.add_done_callback(self._running.discard)
