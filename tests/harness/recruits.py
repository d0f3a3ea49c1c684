"""People of a test's own: accounts that administrators make, so that what is done to them, or counted of them, is nobody else's."""

import uuid
from dataclasses import dataclass

from tests.harness.browser import Browser

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Recruit:
    """An account with a password, under a name that nobody else has."""

    id: str
    name: str
    email: str


async def recruit(url: str, administrator: tuple[str, str], role: str) -> Recruit:
    """Make an account and set its password with its one-time link."""
    mark = uuid.uuid4().hex[:8]
    person = {"email": f"{mark}@baton.example", "name": f"Recruit {mark}", "role": role}
    async with Browser(url, *administrator) as admin:
        made = await admin.post("/api/admin/accounts", person)
        await admin.post("/api/session/set-password", {"link_token": made["link_token"], "password": PASSWORD})
    return Recruit(made["account"]["id"], person["name"], person["email"])
