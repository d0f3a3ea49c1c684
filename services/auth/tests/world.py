"""The use cases on a store of the test's choice, with people in them."""

import json
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from servicekit.caller import Role, UserCaller

from services.auth.adapters.token_signer import Ed25519Signer
from services.auth.domain.accounts import Account
from services.auth.entrypoints.own_tokens import OwnTokenVerifier
from services.auth.ports import Store
from services.auth.tests.fakes import CountingHasher, HeldClock, OpenLimiter
from services.auth.use_cases.account_sessions import AccountSessions
from services.auth.use_cases.accounts import Accounts
from services.auth.use_cases.api_keys import ApiKeys
from services.auth.use_cases.first_administrator import FirstAdministrator
from services.auth.use_cases.importing import ImportAccounts
from services.auth.use_cases.passwords import Passwords
from services.auth.use_cases.sessions import LoggedIn, Sessions
from services.auth.use_cases.trust import Trust

PASSWORD = "correct horse battery staple"


def signing_key() -> str:
    """A new private Ed25519 key as a JWK."""
    return str(jwt.algorithms.OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate()))


def signing_keys(*keys: str) -> str:
    """The setting with these keys."""
    return json.dumps([json.loads(key) for key in keys])


@dataclass(frozen=True, slots=True)
class Person:
    """An account that has logged in."""

    account: Account
    login: LoggedIn
    caller: UserCaller


class World:
    """Everything a test asks for."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = HeldClock()
        self.hasher = CountingHasher()
        self.signer = Ed25519Signer(signing_keys(signing_key()))
        self.sessions = Sessions(store, self.hasher, self.signer, OpenLimiter(), self.clock)
        self.passwords = Passwords(store, self.hasher, OpenLimiter(), self.clock)
        self.accounts = Accounts(store, self.clock)
        self.importing = ImportAccounts(store, self.clock)
        self.account_sessions = AccountSessions(store, self.clock)
        self.api_keys = ApiKeys(store, self.clock)
        self.trust = Trust(store, self.clock)
        self.first = FirstAdministrator(store, self.clock)
        self.tokens = OwnTokenVerifier(self.trust, self.signer, self.clock)

    async def log_in(self, email: str, password: str = PASSWORD) -> Person:
        done = await self.sessions.login(email, password, "a browser", "10.0.0.1")
        return Person(done.account, done, await self.tokens.verify(done.tokens.access_token))

    async def administrator(self, workspace: str = "Acme", email: str = "ada@example.com") -> Person:
        token = await self.first.create(workspace, email, "Ada Admin", reset=False)
        await self.passwords.set_by_link(token, PASSWORD)
        return await self.log_in(email)

    async def colleague(self, administrator: Person, email: str, role: Role = Role.AGENT) -> Person:
        _, token = await self.accounts.create(administrator.caller, email, "Budi Santoso", "Budi", role)
        await self.passwords.set_by_link(token, PASSWORD)
        return await self.log_in(email)
