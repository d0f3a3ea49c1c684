"""People of a journey's own, in front of their pages."""

import json
import uuid

from tests.browser.agent_page import AgentPage
from tests.browser.desks import Desks
from tests.browser.place import Place
from tests.harness import recruits
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.recruits import PASSWORD, Recruit
from tests.harness.waiting import wait_until


async def recruit(place: Place, role: str = "agent") -> Recruit:
    """Make an account with a password."""
    return await recruits.recruit(place.url, place.login("ADMIN"), role)


async def seated(desks: Desks, person: Recruit, path: str = "/human-agent/conversations") -> AgentPage:
    """Return a live page of the recruit, in a browser of its own."""
    page = await desks.stranger()
    await page.page.goto(f"{desks.url}{path}")
    await page.log_in(person.email, PASSWORD)
    await page.is_live()
    return page


async def in_hand(place: Place, platform: Platform, person: Recruit, count: int) -> list[str]:
    """Have a recruit take over so many conversations, each with a message that nobody has answered."""
    ids = []
    async with Browser(place.url, person.email, PASSWORD) as browser:
        for number in range(count):
            started = await platform.start(str(uuid.uuid4()))
            await platform.user_says(started.conversation_id, f"Question {number}")
            await browser.command(started.conversation_id, "take-over")
            ids.append(started.conversation_id)
    return ids


async def until_holding(place: Place, person: Recruit, count: int) -> None:
    """Wait until a recruit has so many conversations in hand, as the list knows it."""
    async with Browser(place.url, *place.login("ADMIN")) as admin:

        async def holds() -> bool:
            agents = (await admin.get("/api/agents"))["agents"]
            return any(agent["id"] == person.id and agent["open_conversations"] == count for agent in agents)

        await wait_until(holds, 20, what=f"{person.name} holds {count}", interval_seconds=0.2)


def rows_csv(*rows: tuple[str, str, str]) -> str:
    """Return rows of e-mail, name and role as a file has them."""
    return "\n".join(["email,name,role", *(",".join(json.dumps(cell) for cell in row) for row in rows)])
