"""Looks at all that happened on a stage, whatever the scenario, and says which rules were broken."""

from collections import Counter
from collections.abc import Iterator

from baton_sdk.conformance.stage import Stage
from baton_sdk.conformance.violations import Rule, Violation
from baton_sdk.contract import control_pb2, platform_pb2


def judge(stage: Stage) -> list[Violation]:
    """Return every violation, those that the scenario noted first, each rule's first piece of evidence alone."""
    found = [*stage.violations]
    for chat_id in stage.begun():
        found += [
            *_what_the_ai_said(stage, chat_id),
            *_what_the_user_wrote(stage, chat_id),
            *_what_the_human_said(stage, chat_id),
            *_what_was_asked_for(stage, chat_id),
        ]
    found += _ids(stage)
    firsts: dict[Rule, Violation] = {}
    for violation in found:
        firsts.setdefault(violation.rule, violation)
    return list(firsts.values())


def _what_the_ai_said(stage: Stage, chat_id: str) -> Iterator[Violation]:
    said = [entry for entry in stage.chat(chat_id).log if entry.kind == "ai"]
    for generation in (one for one in stage.generations if one.chat_id == chat_id):
        mine = [entry for entry in said if generation.mark in entry.text]
        if any(entry.epoch > generation.epoch for entry in mine):
            yield Violation(Rule.ANSWER_FROM_BEFORE, f"{chat_id}: {generation.mark} was begun under epoch {generation.epoch} and said under {mine[-1].epoch}")
        if len(mine) > 1:
            yield Violation(Rule.SAID_TWICE, f"{chat_id}: {generation.mark} stands {len(mine)} times in the history")
        if sum(generation.mark in text for text in stage.texts(chat_id, "ai")) > 1:
            yield Violation(Rule.SAID_TWICE, f"{chat_id}: {generation.mark} was shown more than once")


def _what_the_user_wrote(stage: Stage, chat_id: str) -> Iterator[Violation]:
    recorded = Counter(stage.chat(chat_id).texts("user"))
    for text in stage.written.get(chat_id, []):
        if not recorded[text]:
            yield Violation(Rule.NOT_RECORDED, f"{chat_id}: {text!r} never reached Baton")
        if recorded[text] > 1:
            yield Violation(Rule.SAID_TWICE, f"{chat_id}: the user's {text!r} stands {recorded[text]} times in the history")


def _what_the_human_said(stage: Stage, chat_id: str) -> Iterator[Violation]:
    said, shown = stage.chat(chat_id).texts("human"), stage.texts(chat_id, "human")
    for text in said:
        if text not in shown:
            yield Violation(Rule.HUMAN_LOST, f"{chat_id}: {text!r} was never shown")
        if shown.count(text) > 1 and not stage.restarted:
            yield Violation(Rule.HUMAN_TWICE, f"{chat_id}: {text!r} was shown {shown.count(text)} times")
    first = [text for text in dict.fromkeys(shown) if text in said]
    if first != [text for text in said if text in first]:
        yield Violation(Rule.HUMAN_DISORDERED, f"{chat_id}: shown in the order {first}")


def _what_was_asked_for(stage: Stage, chat_id: str) -> Iterator[Violation]:
    chat = stage.chat(chat_id)
    began = {generation.mark: generation.epoch for generation in stage.generations}
    for call in stage.fake.calls:
        request = call.request
        if isinstance(request, platform_pb2.RequestHumanRequest) and request.conversation_id == chat.id:
            late = [mark for mark, epoch in began.items() if mark in request.reason and request.epoch > epoch]
            if late:
                yield Violation(Rule.HAND_OFF_LATE, f"{chat_id}: {late[0]} called for a human under epoch {request.epoch}, begun under {began[late[0]]}")
        elif isinstance(request, platform_pb2.CloseConversationRequest) and request.conversation_id == chat.id:
            if request.reason == control_pb2.CLOSE_REASON_USER_LEFT:
                yield Violation(Rule.ENDED_UNDER_HUMAN, f"{chat_id}: the user was said to have left, and had not")
            elif request.epoch > max((one.epoch for one in stage.generations if one.chat_id == chat_id), default=0):
                yield Violation(Rule.ENDED_UNDER_HUMAN, f"{chat_id}: closed under epoch {request.epoch}, which no answer was written under")


def _ids(stage: Stage) -> Iterator[Violation]:
    """Tell of the same words sent under two ids."""
    ids: dict[tuple[str, str, str, int], str] = {}
    for call in stage.fake.calls:
        request = call.request
        if isinstance(request, platform_pb2.AppendAiMessageRequest | platform_pb2.AppendUserMessageRequest):
            epoch = request.epoch if isinstance(request, platform_pb2.AppendAiMessageRequest) else 0
            first = ids.setdefault((call.rpc, request.conversation_id, request.text, epoch), request.command_id)
            if first != request.command_id:
                yield Violation(Rule.NEW_ID_ON_RETRY, f"{call.rpc}: {request.text!r} was sent as {first} and again as {request.command_id}")
