"""Digests, texts, names, the outside watch: the smaller parts of the domain."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from servicekit.errors import InvalidError

from services.conversation.domain import texts
from services.conversation.domain.control import AgentRef
from services.conversation.domain.digest import command_digest
from services.conversation.domain.events import AiMessage, Brief
from services.conversation.domain.evolve import evolve
from services.conversation.domain.policy import DEFAULT_POLICY
from services.conversation.domain.silence import SilenceWatch
from services.conversation.domain.system_messages import system_message
from services.conversation.tests.scene import BOT, BUDI, Commands, Scene


def test_a_commands_digest_covers_its_content_the_epoch_included() -> None:
    make = Commands()
    assert command_digest(make.ai(1, "yes")) == command_digest(make.ai(1, "yes"))
    assert len({command_digest(command) for command in (make.ai(1, "yes"), make.ai(2, "yes"), make.ai(1, "no"), make.user("yes"), make.note(text="yes"))}) == 5


def test_a_commands_digest_does_not_depend_on_names_that_may_change() -> None:
    make = Commands()
    first = make.hand_back(3, BUDI, brief=Brief("a", "b"))
    renamed = replace(first, agent=AgentRef(BUDI.id, "Budi S."), supervisor=True)
    assert command_digest(first) == command_digest(renamed)
    assert command_digest(make.start(attributes={"a": "1", "b": "2"})) == command_digest(make.start(attributes={"b": "2", "a": "1"}))


def test_a_moment_is_content_to_the_millisecond() -> None:
    make = Commands()
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert command_digest(make.user(sent_at=moment)) != command_digest(make.user(sent_at=moment.replace(microsecond=1000)))
    assert command_digest(make.user(sent_at=None)) != command_digest(make.user(sent_at=moment))


@pytest.mark.parametrize("text", ["a", "x" * 16384, "é" * 8192, "👩\u200d👩\u200d👧", "e\u0301 stays apart", "\ufeff", '{"$gt": ""}', "a\r\nb\tc"])
def test_a_text_is_kept_exactly_as_it_came(text: str) -> None:
    assert texts.required_text("text", text) == text


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000", "a\0b", "\ud800", "x" * 16385, "é" * 8193])
def test_a_text_that_is_empty_too_long_or_not_unicode_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        texts.required_text("text", text)
    assert refusal.value.field == "text"


@pytest.mark.parametrize(
    "value", ["", "no", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "6ba7b8109dad11d180b400c04fd430c8"]
)
def test_an_id_is_a_uuid_in_its_one_canonical_form(value: str) -> None:
    with pytest.raises(InvalidError):
        texts.uuid_text("command_id", value)
    assert texts.uuid_text("command_id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8") == "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def test_attributes_and_numbers_have_bounds() -> None:
    with pytest.raises(InvalidError):
        texts.attributes_of("attributes", {str(number): "" for number in range(33)})
    with pytest.raises(InvalidError):
        texts.attributes_of("attributes", {"a": "x" * 1025})
    for value in (-1, 2**62):
        with pytest.raises(InvalidError):
            texts.seq_number("seen_seq", value)


def test_a_conversations_id_follows_from_workspace_platform_and_the_platforms_id() -> None:
    assert texts.conversation_id_of("w", "p", "1") == texts.conversation_id_of("w", "p", "1")
    ids = {texts.conversation_id_of(*parts) for parts in (("w", "p", "1"), ("w", "p", "2"), ("w", "q", "1"), ("v", "p", "1"))}
    assert len(ids) == 4


def test_a_name_with_braces_is_only_a_name() -> None:
    assert system_message("taken_over", "en", DEFAULT_POLICY, AgentRef("a", "{0} {agent}")).text == "Human agent ({0} {agent}) has taken over this conversation"


def test_only_the_next_event_follows() -> None:
    scene = Scene()
    scene.do(scene.make.user())
    with pytest.raises(ValueError, match="does not follow"):
        evolve(scene.state, scene.log[-1])


def test_the_outside_watch_sees_an_ai_message_behind_a_takeover_once_and_whatever_it_claims_to_fold_to() -> None:
    scene = Scene()
    scene.do(scene.make.take())
    spoken = replace(scene.log[-1], seq=3, body=AiMessage("too late", 1, BOT))
    watch = SilenceWatch()
    assert [watch.broken_by(event) for event in (*scene.log, spoken, spoken)] == [False, False, True, False]
    # One that it has forgotten, or never saw begin, is taken up from its state.
    late = SilenceWatch()
    assert [late.broken_by(event) for event in (scene.log[-1], spoken)] == [False, True]
