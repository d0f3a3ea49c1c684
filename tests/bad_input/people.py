"""Two workspaces with everything that has an id, made as an operator, an administrator and a platform make it."""

import asyncio
import os
import re
import secrets
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any

from baton.auth.v1 import auth_pb2, auth_pb2_grpc
from baton.conversation.v1 import agent_pb2, agent_pb2_grpc
from servicekit.grpc_client import Peer

from deploy.local.parts import ROOT
from tests.harness.callers import Platform
from tests.harness.site import Site
from tests.harness.waiting import PATIENCE_SECONDS


@dataclass(frozen=True)
class Person:
    """Somebody with a password and a session."""

    id: str
    email: str
    password: str
    token: str
    refresh_token: str


@dataclass(frozen=True)
class Side:
    """One workspace."""

    workspace_id: str
    admin: Person
    agent: Person
    # Logs out and changes passwords, so that the others need not log in again.
    spare: Person
    key_id: str
    platform_id: str
    api_key: str
    conversation_id: str
    template_id: str

    def ids(self) -> dict[str, str]:
        """Return each thing's id under the names that fields of requests have for it."""
        return {
            "workspace_id": self.workspace_id,
            "account_id": self.agent.id,
            "to_agent_id": self.agent.id,
            "key_id": self.key_id,
            "platform_id": self.platform_id,
            "conversation_id": self.conversation_id,
            "template_id": self.template_id,
            "template.id": self.template_id,
        }


class Maker:
    """Makes a side through the services' own RPCs."""

    def __init__(self, site: Site) -> None:
        self._site = site
        identity = site.identity()
        self._auth = Peer(site.plan.address("auth.grpc"), "auth", identity, timeout_seconds=PATIENCE_SECONDS)
        self._conversation = Peer(site.internal_targets()[0], "conversation", identity, timeout_seconds=PATIENCE_SECONDS)
        self._sessions = auth_pb2_grpc.SessionServiceStub(self._auth.channel)
        self._admin = auth_pb2_grpc.AdminServiceStub(self._auth.channel)
        self._agents = agent_pb2_grpc.AgentServiceStub(self._conversation.channel)

    async def close(self) -> None:
        await self._auth.close()
        await self._conversation.close()

    async def make(self, name: str) -> Side:
        """Return a new workspace with an administrator, two agents, a key, a conversation and a shared template."""
        mark = secrets.token_hex(6)
        email = f"admin-{mark}@baton.example"
        link = await asyncio.to_thread(self._create_admin, f"{name} {mark}", email)
        admin, workspace_id = await self._enter(link, email)
        agent, spare = [await self._person(admin, f"{who}-{mark}@baton.example") for who in ("agent", "spare")]
        key = await self._as(admin, self._admin.CreateApiKey, auth_pb2.CreateApiKeyRequest(name=f"{name} platform"))
        platform = Platform(self._site.public_targets(), key.secret, seed=1)
        started = await platform.start(f"{name}-{mark}")
        await platform.user_says(started.conversation_id, "Is anybody there?")
        await platform.close()
        template = agent_pb2.PutTemplateRequest(template=agent_pb2.Template(name=f"hello-{mark}", text="Hello"), shared=True)
        put = await self._conversation.call(self._agents.PutTemplate, template, access_token=admin.token)
        return Side(workspace_id, admin, agent, spare, key.key.id, key.key.platform_id, key.secret, started.conversation_id, put.template.id)

    async def refreshed(self, side: Side) -> Side:
        """Return the side with tokens that hold for ten minutes from now. Not by new logins: hostile ones use up what an account may try."""
        admin, agent, spare = [await self._refreshed(person) for person in (side.admin, side.agent, side.spare)]
        return replace(side, admin=admin, agent=agent, spare=spare)

    async def _refreshed(self, person: Person) -> Person:
        request = auth_pb2.RefreshRequest(refresh_token=person.refresh_token)
        tokens = (await self._auth.call(self._sessions.Refresh, request)).tokens
        return replace(person, token=tokens.access_token, refresh_token=tokens.refresh_token)

    async def _person(self, admin: Person, email: str) -> Person:
        request = auth_pb2.CreateAccountRequest(email=email, name=email.partition("@")[0], role=auth_pb2.ROLE_AGENT)
        made = await self._as(admin, self._admin.CreateAccount, request)
        return (await self._enter(made.link_token, email))[0]

    async def _enter(self, link: str, email: str) -> tuple[Person, str]:
        password = secrets.token_hex(12)
        await self._auth.call(self._sessions.SetPassword, auth_pb2.SetPasswordRequest(link_token=link, password=password))
        request = auth_pb2.LoginRequest(email=email, password=password, client_address=f"2001:db8::{secrets.token_hex(2)}")
        answer = await self._auth.call(self._sessions.Login, request)
        tokens = answer.tokens
        return Person(answer.account.id, email, password, tokens.access_token, tokens.refresh_token), answer.account.workspace_id

    async def _as(self, admin: Person, method: Any, request: Any) -> Any:  # stubs and messages of several kinds
        return await self._auth.call(method, request, access_token=admin.token)

    def _create_admin(self, workspace: str, email: str) -> str:
        command = [sys.executable, "-m", "services.auth", "create-admin", "--workspace", workspace, "--email", email]
        env = {**os.environ, **self._site.stack.rows["auth"].env}
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=True)
        link = re.search(r"([A-Za-z0-9_-]{16,})\s*$", done.stdout)
        assert link is not None, done
        return link[1]
