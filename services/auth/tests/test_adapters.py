"""What the use cases' fakes stand in for: argon2, the signer's keys, the count of logins, the indexes."""

import asyncio
import json
import socket
from typing import Any

import jwt
import pytest
from argon2 import PasswordHasher
from pymongo import AsyncMongoClient
from servicekit.errors import UnavailableError

from services.auth.adapters import mongodb as adapter
from services.auth.adapters.argon2_hasher import MAX_WAITING, Argon2Hasher
from services.auth.adapters.login_limiter import MemoryLoginLimiter
from services.auth.adapters.mongo_store import MongoStore
from services.auth.adapters.token_signer import Ed25519Signer
from services.auth.domain.errors import TooManyLoginsError
from services.auth.tests.world import Person, World, signing_key, signing_keys


def quick_hasher() -> Argon2Hasher:
    return Argon2Hasher(1, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def test_a_password_is_hashed_with_argon2id_and_a_salt() -> None:
    hasher = quick_hasher()
    one, other = await asyncio.gather(hasher.hash("a password"), hasher.hash("a password"))
    assert one.startswith("$argon2id$")
    assert one != other
    assert await hasher.verify(one, "a password")
    assert not await hasher.verify(one, "another")
    assert not await hasher.verify("", "a password")
    assert not await hasher.verify("no hash", "\ud800")
    hasher.close()


async def test_what_stands_in_for_nobody_costs_what_a_real_hash_costs() -> None:
    verified: list[str] = []

    class Recording(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002  # argon2's own signature
            verified.append(str(hash))
            return super().verify(hash, password)

    hasher = Argon2Hasher(1, Recording(time_cost=1, memory_cost=8, parallelism=1))
    await hasher.verify(await hasher.hash("a password"), "wrong")
    await hasher.verify("", "wrong")
    real, stand_in = (one.rsplit("$", 2)[0] for one in verified)
    assert real == stand_in
    hasher.close()


async def test_hashing_takes_no_more_than_it_can_do_soon() -> None:
    hasher = quick_hasher()
    answers = await asyncio.gather(*(hasher.hash("a password") for _ in range(MAX_WAITING + 5)), return_exceptions=True)
    assert sum(isinstance(answer, UnavailableError) for answer in answers) == 5
    assert (await hasher.hash("a password")).startswith("$argon2id$")
    hasher.close()


async def test_a_key_is_replaced_without_a_gap(world: World, ada: Person) -> None:
    old, new = signing_key(), signing_key()
    before, after = Ed25519Signer(signing_keys(old)), Ed25519Signer(signing_keys(new, old))
    keys = {key["kid"]: jwt.PyJWK(key, "EdDSA") for key in json.loads(after.jwks())["keys"]}
    for signer in (before, after):
        token = signer.sign(ada.account, "session", world.clock.now())
        claims = jwt.decode(token, keys[jwt.get_unverified_header(token)["kid"]], algorithms=["EdDSA"], audience="baton")
        assert claims["auth_at"] == ada.account.tokens_from.timestamp()
    assert [key["kid"] for key in json.loads(before.jwks())["keys"]] == [list(keys)[1]]
    assert '"d"' not in after.jwks()


@pytest.mark.parametrize("setting", ["", "[]", "{}", "secret", '[{"kty":"OKP","crv":"Ed25519","x":"secret"}]'])
def test_keys_that_cannot_sign_are_refused_without_being_quoted(setting: str) -> None:
    with pytest.raises(ValueError, match="the signing keys are not") as refused:
        Ed25519Signer(setting)
    assert "secret" not in str(refused.value)


async def test_tries_are_counted_per_email_and_per_address_and_successes_are_not() -> None:
    limiter = MemoryLoginLimiter("2/minute", "3/minute")
    for _ in range(10):
        await limiter.enter("ada@example.com", "10.0.0.1")
        await limiter.succeeded("ada@example.com", "10.0.0.1")
    await limiter.enter("ada@example.com", "10.0.0.1")
    await limiter.enter("ada@example.com", "10.0.0.2")
    with pytest.raises(TooManyLoginsError):
        await limiter.enter("ada@example.com", "10.0.0.3")
    await limiter.enter("budi@example.com", "10.0.0.1")
    await limiter.enter("siti@example.com", "10.0.0.1")
    with pytest.raises(TooManyLoginsError):
        await limiter.enter("gus@example.com", "10.0.0.1")
    await limiter.enter("gus@example.com", "")


async def test_migrating_twice_is_the_same_as_once(mongo_store: MongoStore, mongodb: str, database: str) -> None:
    async with adapter.connect(mongodb) as client:
        opened = adapter.open_database(client, database)
        before = await opened.accounts.index_information()
        await adapter.migrate(opened)
        assert await opened.accounts.index_information() == before
        assert before["email_once"]["unique"]
    assert await mongo_store.reader().revocation_head() == 0


async def test_without_an_answer_from_mongodb_everything_is_unavailable() -> None:
    # It accepts connections and says nothing. (Where connecting is refused, PyMongo's client forgets to close its sockets.)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient("127.0.0.1", silent.getsockname()[1], serverSelectionTimeoutMS=100, timeoutMS=300)
        database = adapter.open_database(client, "none")
        store = MongoStore(client, database)
        with pytest.raises(UnavailableError):
            await store.reader().workspace("w")
        with pytest.raises(UnavailableError):
            await store.run(lambda tx: tx.lock_workspace("w"))
        health = adapter.Health(database)
        await health.probe()
        assert "MongoDB does not answer" in health.problem()
        await client.close()
