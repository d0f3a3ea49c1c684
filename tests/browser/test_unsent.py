"""Never a typed word lost, never one doubled: what was sent outlives a reload and a session that ends under it."""

import json
from http import HTTPStatus

from playwright.async_api import Request, Route, expect

from tests.browser.agent_page import AgentPage, converse
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.waiting import wait_until

SENDING = "**/api/conversations/*/messages"


def command_of(request: Request) -> str:
    """Return the id under which a message is sent."""
    return str(json.loads(request.post_data or "{}")["command_id"])


async def test_a_message_that_failed_stands_as_not_sent_after_a_reload_and_is_sent_once(platform: Platform, place: Place, budi: AgentPage) -> None:
    begun = await converse(platform, "Is it paid back?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    ids: set[str] = set()

    async def lose(route: Route) -> None:
        ids.add(command_of(route.request))
        await route.abort()

    await budi.page.route(SENDING, lose)
    await budi.say("It is, since this morning.")
    unsent = budi.bubble("It is, since this morning.").filter(has_text="Not sent")
    await budi.sees(unsent)
    await budi.page.reload()
    await budi.sees(unsent)
    await budi.page.unroute(SENDING)
    async with budi.page.expect_response(SENDING) as again:
        await unsent.get_by_role("button", name="Try again").click()
    assert {command_of((await again.value).request)} == ids
    await budi.does_not_see(unsent)
    await budi.page.reload()
    await expect(budi.bubble("It is, since this morning.")).to_have_count(1)
    async with Browser(place.url, *place.login("AGENT1")) as hand:
        page = await hand.get(f"/api/conversations/{begun.conversation_id}/events")
        assert [event["body"]["text"] for event in page["events"] if event["type"] == "human_message"] == ["It is, since this morning."]
        await hand.command(begun.conversation_id, "close", reason="resolved")
    budi.expect_refusal("ERR_FAILED")


async def test_a_message_whose_session_is_revoked_as_it_is_sent_waits_for_whoever_comes_back(platform: Platform, place: Place, rafi: AgentPage) -> None:
    begun = await converse(platform, "Are you still there?")
    await rafi.open(begun.conversation_id)
    await rafi.take_over()

    async def revoke_first(route: Route) -> None:
        async with Browser(place.url, *place.login("AGENT3")) as elsewhere:
            await elsewhere.post("/api/session/logout", {"everywhere": True})

        async def is_over() -> bool:
            # Of the gateway, which hears of it some moments after auth.
            return (await rafi.page.context.request.get(f"{place.url}/api/conversations?page_size=1")).status == HTTPStatus.UNAUTHORIZED

        await wait_until(is_over, what="the end of the session")
        await route.continue_()

    await rafi.page.route(SENDING, revoke_first)
    await rafi.say("Yes, one moment.")
    await rafi.sees(rafi.page.get_by_text("what you had typed is kept"))
    await rafi.page.unroute(SENDING)
    await rafi.log_in(*place.login("AGENT3"))
    unsent = rafi.bubble("Yes, one moment.").filter(has_text="Not sent")
    await rafi.sees(unsent)
    await unsent.get_by_role("button", name="Try again").click()
    await rafi.does_not_see(unsent)
    await rafi.sees(rafi.bubble("Yes, one moment."))
    await rafi.close_conversation("Resolved")
