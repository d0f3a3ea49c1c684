"""The demo's people, key and templates, made through the services' own RPCs. Only this local stack has them."""

import asyncio
import os
import re
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

from baton.auth.v1 import auth_pb2, auth_pb2_grpc
from baton.conversation.v1 import agent_pb2, agent_pb2_grpc
from servicekit.clock import SystemClock
from servicekit.errors import AlreadyExistsError, UnauthenticatedError, UnavailableError
from servicekit.grpc_client import Peer
from servicekit.identity import ServiceIdentity

from deploy.local.keys import read_private, service_keys, write_private
from deploy.local.parts import ROOT
from deploy.local.plan import Plan
from deploy.local.table import Process

WORKSPACE = "Baton demo"
PLATFORM = "Example AI platform"
END_USER_PLATFORM = "The end user's page"
# Name in baton.env, e-mail, name, role.
PEOPLE = [
    ("ADMIN", "admin@baton.example", "Dewi Lestari", auth_pb2.ROLE_ADMINISTRATOR),
    ("SUPERVISOR", "supervisor@baton.example", "Hendra Wijaya", auth_pb2.ROLE_SUPERVISOR),
    ("AGENT1", "budi@baton.example", "Budi Santoso", auth_pb2.ROLE_AGENT),
    ("AGENT2", "siti@baton.example", "Siti Aminah", auth_pb2.ROLE_AGENT),
    ("AGENT3", "rafi@baton.example", "Rafi Pratama", auth_pb2.ROLE_AGENT),
]
TEMPLATES = {
    "greeting": "Hello {{user.name|there}}, this is {{agent.name}}. I have read the conversation so far and will help you from here.",
    "greeting-late": "Hello {{user.name|there}}, this is {{agent.name}}. I am sorry that you had to wait. I am here now.",
    "agree": "You are right, {{user.name|and thank you for saying so}}. Let me put that in order.",
    "checking": "Thank you, {{user.name|one moment please}}. I am looking into it now and will be back in a few minutes.",
    "details": "Could you please send me the number of your order, {{order.number}}, or the e-mail you used for it?",
    "sorry": "I am sorry about this, {{user.name|truly}}. I will take care of it myself.",
    "solved": "That is done now. Is there anything else that I can do for you, {{user.name|today}}?",
    "goodbye": "Thank you for writing to us, {{user.name|and goodbye}}. Have a good day! {{agent.name}}",
}

# The services have only just started, beside everything else that starts with them.
CALL_SECONDS = 30.0
PATIENCE_SECONDS = 60.0


@dataclass
class Demo:
    """What the demo's people log in with. Kept in BATON_HOME, readable by its owner alone."""

    passwords: dict[str, str] = field(default_factory=lambda: {who: f"demo-{secrets.token_hex(6)}" for who, *_ in PEOPLE})
    api_key: str = ""
    # The end user's page is a platform of its own.
    end_user_key: str = ""

    def logins(self) -> list[tuple[str, str, str]]:
        """Return (name in baton.env, e-mail, password) of each person."""
        return [(who, email, self.passwords[who]) for who, email, *_ in PEOPLE]


def seed(plan: Plan, auth: Process) -> Demo:
    """Make the demo's people, key and templates where they are missing, and return their secrets. The stack must be ready. May be called where a loop runs.

    UnavailableError if a busy machine does not answer within `PATIENCE_SECONDS`.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _seed_patiently(plan, auth)).result()


async def _seed_patiently(plan: Plan, auth: Process) -> Demo:
    """Each step makes what is missing, so that all of them can be begun again."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await _seed(plan, auth)
        except UnavailableError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.5)


async def _seed(plan: Plan, auth: Process) -> Demo:
    file = plan.home / "demo.json"
    demo = Demo(**read_private(file)) if file.exists() else Demo()
    async with AsyncExitStack() as stack:
        # The stack speaks as the gateway does.
        identity = ServiceIdentity("realtime", service_keys(plan.home)["private"]["realtime"], SystemClock())
        peers = {name: Peer(plan.address(f"{name}.grpc"), name, identity, timeout_seconds=CALL_SECONDS) for name in ("auth", "conversation")}
        for peer in peers.values():
            stack.push_async_callback(peer.close)
        seeder = Seeder(peers["auth"], peers["conversation"], demo, auth)
        if not await seeder.is_known():
            await seeder.make_people()
            write_private(file, asdict(demo))
        if not demo.end_user_key:
            demo.end_user_key = await seeder.make_key(END_USER_PLATFORM)
            write_private(file, asdict(demo))
        await seeder.make_templates()
    return demo


class Seeder:
    """Makes what is missing, as an administrator would."""

    def __init__(self, auth: Peer, conversation: Peer, demo: Demo, row: Process) -> None:
        """`row` is auth's in the process table: its settings are those of `create-admin`."""
        self._auth = auth
        self._sessions = auth_pb2_grpc.SessionServiceStub(auth.channel)
        self._admin = auth_pb2_grpc.AdminServiceStub(auth.channel)
        self._conversation = conversation
        self._agents = agent_pb2_grpc.AgentServiceStub(conversation.channel)
        self._demo = demo
        self._row = row
        self._token = ""

    async def is_known(self) -> bool:
        """Whether the demo was made before, on this database: its administrator can log in and it has a key."""
        try:
            await self._log_in()
        except UnauthenticatedError:
            return False
        return bool(self._demo.api_key)

    async def make_people(self) -> None:
        """Make the administrator as an operator does, and the others as the administrator does; then a key for the example."""
        link = await asyncio.to_thread(self._create_admin)
        await self._set_password(link, self._demo.passwords["ADMIN"])
        await self._log_in()
        there = await self._as_admin(self._admin.ListAccounts, auth_pb2.ListAccountsRequest())
        ids = {account.email: account.id for account in there.accounts}
        for who, email, name, role in PEOPLE[1:]:
            if email in ids:
                made = await self._as_admin(self._admin.IssuePasswordLink, auth_pb2.IssuePasswordLinkRequest(account_id=ids[email]))
            else:
                made = await self._as_admin(self._admin.CreateAccount, auth_pb2.CreateAccountRequest(email=email, name=name, role=role))
            await self._set_password(made.link_token, self._demo.passwords[who])
        self._demo.api_key = await self.make_key(PLATFORM)
        # A key of a former database is no key of this one.
        self._demo.end_user_key = ""

    async def make_key(self, platform: str) -> str:
        """Make a platform with a key, and return the key."""
        key = await self._as_admin(self._admin.CreateApiKey, auth_pb2.CreateApiKeyRequest(name=platform))
        return str(key.secret)

    async def make_templates(self) -> None:
        """Make the shared templates that are missing; those that someone changed stay."""
        there = await self._conversation.call(self._agents.ListTemplates, agent_pb2.ListTemplatesRequest(), access_token=self._token)
        names = {template.name for template in there.templates if not template.owner_id}
        for name, text in TEMPLATES.items():
            if name not in names:
                request = agent_pb2.PutTemplateRequest(template=agent_pb2.Template(name=name, text=text, locale="en"), shared=True)
                try:
                    await self._conversation.call(self._agents.PutTemplate, request, access_token=self._token)
                except AlreadyExistsError:
                    continue

    async def _log_in(self) -> None:
        request = auth_pb2.LoginRequest(email=PEOPLE[0][1], password=self._demo.passwords["ADMIN"], user_agent="the local stack", client_address="127.0.0.1")
        answer = await self._auth.call(self._sessions.Login, request)
        self._token = answer.tokens.access_token

    async def _set_password(self, link_token: str, password: str) -> None:
        await self._auth.call(self._sessions.SetPassword, auth_pb2.SetPasswordRequest(link_token=link_token, password=password))

    async def _as_admin(self, method: Any, request: Any) -> Any:  # noqa: ANN401  # generated stubs and messages of several kinds
        return await self._auth.call(method, request, access_token=self._token)

    def _create_admin(self) -> str:
        """Return the token in the link that the operator's command prints."""
        command = [sys.executable, "-m", "services.auth", "create-admin", "--reset", "--workspace", WORKSPACE, "--email", PEOPLE[0][1], "--name", PEOPLE[0][2]]
        done = subprocess.run(command, env={**os.environ, **self._row.env}, cwd=ROOT, capture_output=True, text=True, check=False)
        link = re.search(r"([A-Za-z0-9_-]{16,})\s*$", done.stdout)
        if link is None:
            msg = f"create-admin printed no link. {done.stderr.strip()}"
            raise RuntimeError(msg)
        return link[1]
