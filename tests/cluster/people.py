"""The people and the key that the tests need, made as an operator and an administrator make them: by the command that NOTES.txt names, then by REST."""

import base64
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import httpx

from deploy.local.demo import PEOPLE, TEMPLATES
from tests.cluster.cluster import RELEASE, Cluster
from tests.faults.patiently import patiently
from tests.harness.browser import Browser, reason_of

SECRET = "cluster-test-people"
ROLES = {"SUPERVISOR": "supervisor", "AGENT1": "agent", "AGENT2": "agent", "AGENT3": "agent"}


@dataclass
class People:
    """Who can log in, and with which key an AI platform comes."""

    logins: dict[str, Sequence[str]] = field(default_factory=dict)
    api_key: str = ""

    def environment(self, cluster: Cluster) -> dict[str, str]:
        """Return what journeys and the example AI platform read."""
        variables = {"BATON_URL": cluster.url, "BATON_GRPC": cluster.platform_target, "BATON_API_KEY": self.api_key}
        for who, (email, password) in self.logins.items():
            variables |= {f"BATON_{who}_EMAIL": email, f"BATON_{who}_PASSWORD": password}
        return variables

    def browser(self, cluster: Cluster, who: str) -> Browser:
        """Return somebody's browser, to be entered."""
        return Browser(cluster.url, *self.logins[who])


async def people_of(cluster: Cluster) -> People:
    """Return those that an earlier run made, whom a Secret beside the release remembers; else make them."""
    known = json.loads(cluster.kubectl("get", "secret", SECRET, "--ignore-not-found", "-o", "json") or "{}")
    if known:
        return People(**json.loads(base64.b64decode(known["data"]["people"])))
    people = await make_people(cluster)
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET}, "stringData": {"people": json.dumps(asdict(people))}}
    cluster.kubectl("create", "-f", "-", given=json.dumps(secret))
    return people


async def make_people(cluster: Cluster) -> People:
    """Make the demo's people with fresh passwords, the shared templates, and a key."""
    people = People({who: (email, secrets.token_urlsafe(16)) for who, email, *_ in PEOPLE})
    names = {who: name for who, _, name, _ in PEOPLE}
    email = people.logins["ADMIN"][0]
    words = ["create-admin", "--reset", "--workspace", "Cluster test", "--email", email, "--name", names["ADMIN"]]
    printed = cluster.kubectl("exec", f"deployment/{RELEASE}-auth", "--", "python", "-m", "services.auth", *words)
    stranger = Browser(cluster.url, "", "")
    await _set_password(stranger, printed, people.logins["ADMIN"][1])
    async with people.browser(cluster, "ADMIN") as admin:
        for who, role in ROLES.items():
            account = {"email": people.logins[who][0], "name": names[who], "role": role}
            made = await patiently(lambda account=account: admin.post("/api/admin/accounts", account))  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            await _set_password(stranger, str(made), people.logins[who][1])
        for name, text in TEMPLATES.items():
            template = {"name": name, "text": text, "shared": True}
            await patiently(lambda template=template: admin.put("/api/templates", template))  # type: ignore[misc]  # as above
        people.api_key = str((await admin.post("/api/admin/api-keys", {"name": "Cluster test"}))["secret"])
    await stranger.__aexit__(None, None, None)
    return people


async def _set_password(browser: Browser, link: str, password: str) -> None:
    token = re.search(r"(?:token=|link_token': ')([A-Za-z0-9_-]+)", link)
    assert token, link
    body = {"link_token": token[1], "password": password}
    try:
        await patiently(lambda: browser.post("/api/session/set-password", body))
    except httpx.HTTPStatusError as error:
        # The first try's answer did not come in time, though it was carried out; whether it was, the login tells.
        if reason_of(error) != "LINK_INVALID":
            raise
