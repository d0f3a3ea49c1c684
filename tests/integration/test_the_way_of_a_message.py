"""From the AI platform to the browser and back, through four processes, MongoDB and Kafka."""

import uuid
from typing import Any

import httpx

from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.waiting import wait_until


async def test_a_new_conversation_appears_in_an_open_list_by_itself(platform: Platform, budi: Browser) -> None:
    socket, rows = await budi.watch_list()
    started = await platform.start(str(uuid.uuid4()))
    assert started.conversation_id not in {row["conversation_id"] for row in rows}
    row = await socket.wait_for("row", lambda frame: frame["patch"]["conversation_id"] == started.conversation_id)
    assert row["patch"]["user"]["name"] == "Dika Kurniawan"
    assert row["patch"]["control"]["holder"] == "ai"


async def test_a_takeover_silences_the_ai_until_it_is_handed_back(platform: Platform, budi: Browser) -> None:
    started = await platform.start(str(uuid.uuid4()))
    conversation = started.conversation_id
    said = await platform.user_says(conversation, "Is the table still free?")
    spoke = await platform.ai_says(conversation, "Let me look.", started.epoch)
    assert not spoke.refusal

    taken = await budi.command(conversation, "take-over")
    assert taken["control"]["holder"] == "human"
    assert taken["control"]["agent"]["id"] == budi.account["id"]
    late = await platform.ai_says(conversation, "It is free.", started.epoch)
    assert late.refusal == "CONTROL_LOST"
    assert late.details["holder"].lower().endswith("human")
    guessed = await platform.ai_says(conversation, "It is free.", taken["control"]["epoch"])
    assert guessed.refusal == "CONTROL_LOST"

    sent = await budi.command(conversation, "messages", text="Yes, at seven. ☺", seen_seq=taken["seq"])
    assert sent["seq"] > said.seq
    back = await budi.command(conversation, "hand-back", seen_seq=sent["seq"], brief={"summary": "Table at seven."})
    assert back["control"]["ai_may_speak"]
    again = await platform.ai_says(conversation, "See you at seven.", back["control"]["epoch"])
    assert not again.refusal


async def test_an_open_conversation_shows_each_event_once_and_in_order(platform: Platform, budi: Browser) -> None:
    started = await platform.start(str(uuid.uuid4()))
    conversation = started.conversation_id
    socket = await budi.open_socket()
    history = await _history(budi, conversation, 1)
    socket.send(type="conversation.open", conversation_id=conversation, after_seq=history[-1]["seq"])
    for number in range(10):
        await platform.user_says(conversation, f"line {number}")
    await socket.wait_for("event", lambda frame: frame["event"]["seq"] == 11)
    events = [*history, *(frame["event"] for frame in socket.of_type("event"))]
    assert [event["seq"] for event in events] == list(range(1, 12))
    assert [event["body"]["text"] for event in events[1:]] == [f"line {number}" for number in range(10)]


async def test_of_two_agents_one_takes_it_and_the_other_is_told_who_and_sees_it(platform: Platform, budi: Browser, siti: Browser) -> None:
    started = await platform.start(str(uuid.uuid4()))
    conversation = started.conversation_id
    socket, _ = await siti.watch_list()
    await budi.command(conversation, "take-over")
    refused = await siti.send("POST", f"/api/conversations/{conversation}/take-over", json={"command_id": str(uuid.uuid4())})
    assert refused.status_code == 409
    assert refused.json()["reason"] == "ALREADY_TAKEN"
    assert refused.json()["details"]["agent_name"] == "Budi Santoso"
    row = await socket.wait_for("row", lambda frame: frame["patch"]["conversation_id"] == conversation and frame["patch"]["control"]["holder"] == "human")
    assert row["patch"]["control"]["agent"]["display_name"] == "Budi Santoso"


async def test_a_reply_that_did_not_see_the_users_last_message_is_stopped(platform: Platform, budi: Browser) -> None:
    started = await platform.start(str(uuid.uuid4()))
    conversation = started.conversation_id
    taken = await budi.command(conversation, "take-over")
    unseen = await platform.user_says(conversation, "Wait, one more thing.")
    assert await budi.refusal(conversation, "messages", text="Done.", seen_seq=taken["seq"]) == (409, "UNSEEN_MESSAGES")
    sent = await budi.command(conversation, "messages", text="Done.", seen_seq=unseen.seq)
    assert sent["seq"] == unseen.seq + 1


async def test_a_transfer_makes_the_colleague_the_holder(platform: Platform, budi: Browser, siti: Browser) -> None:
    started = await platform.start(str(uuid.uuid4()))
    conversation = started.conversation_id
    taken = await budi.command(conversation, "take-over")
    moved = await budi.command(conversation, "transfer", seen_seq=taken["seq"], to_agent_id=siti.account["id"], note="She knows the menu.")
    assert moved["control"]["agent"]["id"] == siti.account["id"]
    assert await budi.refusal(conversation, "messages", text="Hello?", seen_seq=moved["seq"]) == (409, "NOT_HOLDER")
    await siti.command(conversation, "messages", text="Siti here.", seen_seq=moved["seq"])


async def test_a_closed_conversation_is_reopened_to_the_ai_by_the_user(platform: Platform, budi: Browser) -> None:
    started = await platform.start(str(uuid.uuid4()))
    conversation = started.conversation_id
    await budi.command(conversation, "take-over")
    closed = await budi.command(conversation, "close", reason="resolved")
    assert closed["control"]["holder"] == "closed"
    assert (await platform.ai_says(conversation, "Bye.", closed["control"]["epoch"])).refusal == "CONVERSATION_CLOSED"
    reopened = await platform.user_says(conversation, "I forgot something.")
    assert not (await platform.ai_says(conversation, "Welcome back.", reopened.epoch)).refusal


async def test_the_list_and_the_history_agree_with_what_was_said(platform: Platform, budi: Browser) -> None:
    started = await platform.start(str(uuid.uuid4()))
    conversation = started.conversation_id
    said = await platform.user_says(conversation, "Zażółć gęślą jaźń 👩‍👩‍👧 \u200fعربى")

    async def projected() -> bool:
        try:
            return bool((await budi.get(f"/api/conversations/{conversation}"))["seq"] == said.seq)
        except httpx.HTTPStatusError:
            # 503 says that the row is not there yet.
            return False

    await wait_until(projected, what="the row is as new as the log")
    row = await budi.get(f"/api/conversations/{conversation}")
    assert row["last_message"]["preview"] == "Zażółć gęślą jaźń 👩‍👩‍👧 \u200fعربى"
    history = await _history(budi, conversation, 2)
    assert [event["type"] for event in history] == ["conversation_started", "user_message"]
    assert history[1]["body"]["text"] == "Zażółć gęślą jaźń 👩‍👩‍👧 \u200fعربى"


async def _history(browser: Browser, conversation_id: str, at_least: int) -> list[dict[str, Any]]:
    page = await browser.get(f"/api/conversations/{conversation_id}/events", after_seq=0)
    assert len(page["events"]) >= at_least
    events: list[dict[str, Any]] = page["events"]
    return events
