"""What is played. Each scenario is a function of a stage; its first line says what it is about, its name is its name in the report."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from baton_sdk.conformance.connector import Resolved
from baton_sdk.conformance.stage import Generation, Shown, Stage
from baton_sdk.conformance.violations import Rule
from baton_sdk.contract import event_pb2, platform_pb2

Scenario = Callable[[Stage], Awaitable[None]]
_PROMISE = "a refund of 20 euros by Friday"
# Calls that a connector may make in the first moments after its key was revoked: one of each kind, some under way already.
_KNOCKS = 12


async def lost_acknowledgement(stage: Stage) -> None:
    """The answers to a start, a user's message and an AI's message get lost after Baton has done the work."""
    for rpc in ("StartConversation", "AppendUserMessage", "AppendAiMessage"):
        stage.fake.faults.answers_to_lose[rpc] = 1
    await stage.user_writes("chat", "Where is my order?")
    await _answered(stage, "chat", 1)


async def duplicate(stage: Stage) -> None:
    """Baton tells everything twice, as it may after a restart of its own."""
    stage.fake.feed.copies = 2
    await stage.user_writes("chat", "Where is my order?")
    await _answered(stage, "chat", 1)
    chat = stage.chat("chat")
    chat.take_over("Budi")
    chat.say("I am looking into it.")
    await stage.user_writes("chat", "Thank you.")
    chat.hand_back()
    await _answered(stage, "chat", 2)
    if len(stage.chat("chat").texts("ai")) > 2:  # noqa: PLR2004  # one before, one after
        stage.blame(Rule.SAID_TWICE, "one hand-back was answered more than once")


async def reorder(stage: Stage) -> None:
    """An answer from before a takeover arrives after Watch has told of it; and a slow page must not let words pass each other."""
    await stage.user_writes("chat", "Hello")
    await _answered(stage, "chat", 1)
    stage.fake.faults.hold_answers("AppendUserMessage")
    await stage.user_writes("chat", "Where is my order?")
    chat = stage.chat("chat")
    chat.take_over("Budi")
    await _told(stage, "chat", "Budi")
    asked = len(stage.generations)
    stage.fake.faults.let_go("AppendUserMessage")

    async def first_is_slow(shown: Shown) -> None:
        if shown.text == "First,":
            await stage.until(lambda: stage.texts("chat", "human"), 1.5)

    stage.slow = first_is_slow
    chat.say("First,")
    chat.say("then,")
    chat.say("last.")
    await stage.until(lambda: len(stage.texts("chat", "human")) == len(chat.texts("human")))
    await stage.quiet()
    if len(stage.generations) > asked:
        stage.blame(Rule.ANSWERS_UNDER_HUMAN, "an old answer was taken for the newest state, and the AI began to write under a human")


async def late_token(stage: Stage) -> None:
    """The model goes on after a takeover, and ends with its last token."""
    generation = await _begun(stage, "chat")
    chat = stage.chat("chat")
    chat.take_over("Budi")
    await _told(stage, "chat", "Budi")
    generation.end(" late", " tokens")
    chat.say("I am here.")
    await stage.quiet()


async def stale_epoch(stage: Stage) -> None:
    """A human takes over, settles it and hands back, all while the model is writing: an answer, or a call for a human."""
    answer, call = await _begun(stage, "answer"), await _begun(stage, "call")
    for chat_id in ("answer", "call"):
        chat = stage.chat(chat_id)
        chat.take_over("Budi")
        chat.say("Done, it is on its way.")
        await _told(stage, chat_id, "Budi")
        chat.hand_back()
        # Whoever shows the notice has read it; whoever does not, has had the time.
        await stage.until(partial(_has_notice, stage, chat_id, "handed"), 2.0)
    answer.end(" I am sorry, there is no such order.", Resolved())
    call.end(call.hand_off(), " A colleague will look for it.")
    await stage.quiet()


async def takeover_in_the_middle_of_a_turn(stage: Stage) -> None:
    """A human takes over between the question to the model and its answer; asking Baton for the state fails for a while."""
    generation = await _begun(stage, "chat")
    chat = stage.chat("chat")
    stage.fake.faults.requests_to_lose["GetConversation"] = 3
    chat.take_over("Budi")
    generation.end(" Your order is lost.", Resolved())
    chat.say("Hello, this is Budi.")
    await _told(stage, "chat", "Budi")
    await stage.user_writes("chat", "Hello Budi")
    chat.say("Your order is on its way.")
    await stage.quiet()
    _silent(stage, "chat", after=1)


async def takeover_while_streaming(stage: Stage) -> None:
    """A human takes over while the agents see the answer grow and the user sees dots."""
    generation = await _begun(stage, "chat")
    generation.write(" Let", " me", " see")
    await stage.until(lambda: stage.dots.get("chat") or _composing(stage, "chat"), 1.0)
    chat = stage.chat("chat")
    chat.take_over("Budi")
    await _told(stage, "chat", "Budi")
    generation.write(" more")
    # What was under way at the takeover may still arrive; nothing may begin.
    await stage.until(lambda: not stage.dots.get("chat"), 2.0)
    await stage.quiet()
    before = _composing(stage, "chat")
    generation.write(" and", " more")
    await stage.quiet()
    if stage.dots.get("chat"):
        stage.blame(Rule.DOTS_LEFT_ON, "the dots on the user's page were still there long after the takeover")
    if _composing(stage, "chat") > before:
        stage.blame(Rule.DOTS_LEFT_ON, "Baton was told of composing long after the takeover")
    generation.end()


async def hand_back_with_brief(stage: Stage) -> None:
    """A human hands back with a promise made and the user's last message unanswered; later, with nothing due."""
    await stage.user_writes("chat", "My parcel is broken.")
    await _answered(stage, "chat", 1)
    chat = stage.chat("chat")
    chat.take_over("Budi")
    await _told(stage, "chat", "Budi")
    await stage.user_writes("chat", "I want my money back.")
    # The connector has been told that a human has it: what is due later is due by the hand-back alone.
    await stage.quiet()
    chat.hand_back(event_pb2.Brief(summary="broken parcel", promised=_PROMISE), "My colleague, the assistant, goes on from here.")
    await _answered(stage, "chat", 2)
    generation = await stage.asked("chat", 2)
    if generation and _PROMISE not in generation.brief:
        stage.blame(Rule.BRIEF_LOST, f"the model was asked without {_PROMISE!r}")
    if "My colleague, the assistant, goes on from here." not in stage.texts("chat", "human"):
        stage.blame(Rule.HUMAN_LOST, "the parting words of the hand-back were never shown")
    chat.take_over("Siti")
    chat.say("Is all well?")
    chat.hand_back()
    await stage.quiet()
    if len(chat.texts("ai")) > 2:  # noqa: PLR2004  # one before, one after
        stage.blame(Rule.SAID_TWICE, "nothing was due after the second hand-back, and the AI spoke all the same")


async def two_takeovers_in_the_same_millisecond(stage: Stage) -> None:
    """Take over, hand back, take over, hand back, with one time on all of it: only the epoch says what is newest."""
    await stage.user_writes("chat", "Hello")
    await _answered(stage, "chat", 1)
    chat = stage.chat("chat")
    stage.standing_still = datetime.now(UTC)
    for agent in ("Budi", "Siti"):
        chat.take_over(agent)
        chat.hand_back()
    chat.take_over("Rafi")
    await _told(stage, "chat", "Rafi")
    await stage.user_writes("chat", "Who is there now?")
    await stage.quiet()
    _silent(stage, "chat", after=1)
    chat.hand_back()
    await _answered(stage, "chat", 2)


async def reconnect_gap(stage: Stage) -> None:
    """The stream is cut, again and again, while a human writes; then the connector's process is restarted."""
    await stage.user_writes("chat", "Hello")
    await _answered(stage, "chat", 1)
    chat = stage.chat("chat")
    chat.take_over("Budi")
    for number in range(6):
        chat.say(f"before the restart {number}")
        stage.fake.feed.cut()
        await stage.until(lambda: stage.fake.feed.open_streams)
    await stage.until(lambda: len(stage.texts("chat", "human")) == len(chat.texts("human")))
    await stage.until(lambda: chat.delivered_seq >= chat.log[-1].seq - 1, 3.0)
    await stage.stop_connector()
    chat.say("while nobody was there")
    await stage.start_connector()
    chat.say("after the restart")
    await stage.until(lambda: "after the restart" in stage.texts("chat", "human"))
    await stage.quiet()


async def expired_cursor(stage: Stage) -> None:
    """The connector was away for longer than Baton's topic keeps."""
    await stage.user_writes("chat", "Hello")
    await _answered(stage, "chat", 1)
    chat = stage.chat("chat")
    chat.take_over("Budi")
    chat.say("heard in time")
    await stage.until(lambda: stage.texts("chat", "human"))
    chat.say("while it was away")
    stage.fake.feed.forget()
    stage.fake.feed.cut()
    await stage.until(lambda: "while it was away" in stage.texts("chat", "human"))
    await stage.user_writes("chat", "Are you there?")
    chat.hand_back()
    await _answered(stage, "chat", 2)


async def server_restart(stage: Stage) -> None:
    """Baton goes away in the middle of everything and comes back a moment later."""
    generation = await _begun(stage, "chat")
    await stage.fake.stop()
    writing = asyncio.ensure_future(stage.user_writes("another", "Is anyone there?"))
    generation.end(" Here it is.")
    await stage.quiet()
    await stage.fake.start()
    await writing
    await _answered(stage, "another", 1)
    if not await stage.until(lambda: stage.chat("chat").texts("ai")):
        stage.blame(Rule.NEVER_ANSWERED, "what the AI wanted to say while Baton was away was never said")
    stage.chat("chat").take_over("Budi")
    stage.chat("chat").say("Hello again.")
    await stage.until(lambda: stage.texts("chat", "human"))


async def slow_watcher(stage: Stage) -> None:
    """The pages of users are slow, much is told, and the process dies in the middle of it: what was not shown must come again."""
    chats = [f"chat-{number}" for number in range(4)]
    for chat_id in chats:
        await stage.user_writes(chat_id, "Hello")
        stage.chat(chat_id).take_over("Budi")
    pace = 0.05

    async def slow(shown: Shown) -> None:
        if shown.author == "human":
            await asyncio.sleep(pace)

    stage.slow = slow
    for number in range(8):
        for chat_id in chats:
            stage.chat(chat_id).say(f"message {number}")
    await stage.until(lambda: len(stage.shown) > len(chats) * 2)
    await stage.quiet(0.3)  # nothing moves where the reading has run far ahead of the showing, and all of it is acknowledged
    pace = 3600.0
    for chat_id in chats:
        stage.chat(chat_id).say("the last one")
    await stage.until(lambda: False, 1.5)  # long enough for an acknowledgement of what was only read
    await stage.stop_connector()
    pace = 0.0
    await stage.start_connector()
    wanted = sum(len(stage.chat(chat_id).texts("human")) for chat_id in chats)
    await stage.until(lambda: len({(shown.chat_id, shown.text) for shown in stage.shown if shown.author == "human"}) == wanted)


async def key_revoked(stage: Stage) -> None:
    """The platform's key is revoked while the model writes."""
    generation = await _begun(stage, "chat")
    stage.may_fail = True
    before = len(stage.fake.calls)
    stage.fake.revoke_key()
    generation.end(" Here it is.")
    if await stage.until(lambda: len(stage.fake.calls) - before > _KNOCKS, 4.0):
        stage.blame(Rule.KNOCKS_ON, f"more than {_KNOCKS} calls in the seconds after the key was revoked")


async def hand_off_tool(stage: Stage) -> None:
    """The model calls the hand-off tool in the middle of its answer."""
    generation = await _begun(stage, "chat")
    generation.write(generation.hand_off())
    if not await stage.until(lambda: stage.chat("chat").texts("requested"), 2.0):
        stage.blame(Rule.HAND_OFF_LOST, "two seconds after the tool was called, and with the answer still being written, nobody had been asked for")
    generation.end(" A colleague will be with you.")
    await _answered(stage, "chat", 1)


SCENARIOS: tuple[Scenario, ...] = (
    lost_acknowledgement,
    duplicate,
    reorder,
    late_token,
    stale_epoch,
    takeover_in_the_middle_of_a_turn,
    takeover_while_streaming,
    hand_back_with_brief,
    two_takeovers_in_the_same_millisecond,
    reconnect_gap,
    expired_cursor,
    server_restart,
    slow_watcher,
    key_revoked,
    hand_off_tool,
)


async def _begun(stage: Stage, chat_id: str) -> Generation:
    """Let the user ask, and return the model at work on the answer, held in its middle."""
    stage.by_hand.add(chat_id)
    await stage.user_writes(chat_id, "Where is my order?")
    generation = await stage.asked(chat_id)
    if generation is None:
        stage.blame(Rule.NEVER_ANSWERED, f"{chat_id}: the model was never asked")
        raise ScenarioEndedError
    return generation


class ScenarioEndedError(Exception):
    """What the scenario is about never came to be; why is among the violations."""


async def _answered(stage: Stage, chat_id: str, times: int) -> None:
    """Wait until the AI has answered so often, in Baton and on the page."""
    if not await stage.until(lambda: min(len(stage.chat(chat_id).texts("ai")), len(stage.texts(chat_id, "ai"))) >= times):
        said, shown = len(stage.chat(chat_id).texts("ai")), len(stage.texts(chat_id, "ai"))
        stage.blame(Rule.NEVER_ANSWERED, f"{chat_id}: {times} answers were due, {said} reached Baton and {shown} the user")


async def _told(stage: Stage, chat_id: str, agent: str) -> None:
    """Wait until the user has been told who took over."""
    if not await stage.until(lambda: _has_notice(stage, chat_id, "taken over", agent)):
        stage.blame(Rule.NOTICE_LOST, f"{chat_id}: nothing on the page says that {agent} has taken over")


def _has_notice(stage: Stage, chat_id: str, *words: str) -> bool:
    return any(all(word in text for word in words) for text in stage.texts(chat_id, "system"))


def _silent(stage: Stage, chat_id: str, after: int) -> None:
    """Demand that the model was asked no more often than before the takeover."""
    times = sum(generation.chat_id == chat_id for generation in stage.generations)
    if times > after:
        stage.blame(Rule.ANSWERS_UNDER_HUMAN, f"{chat_id}: the model was asked {times - after} times while a human held the conversation")


def _composing(stage: Stage, chat_id: str) -> int:
    """Count how often Baton was told that the AI composes."""
    conversation = stage.chat(chat_id).id
    reports = [call.request for call in stage.fake.calls if isinstance(call.request, platform_pb2.ReportTypingRequest)]
    return sum(report.conversation_id == conversation and report.active and not report.user for report in reports)
