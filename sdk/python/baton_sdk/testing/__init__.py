"""A Baton in your test's process: a real gRPC server that keeps the contract's rules in memory, with the human's side and faults at hand.

    async with FakeBaton() as fake, Baton(fake.target, fake.api_key) as baton:
        ...
        chat = fake.chat("chat-4711")
        chat.take_over("Budi")

It passes the suite that the real service passes (`tests/sdk` of the repository).
"""

from baton_sdk.testing.chat import Chat, Entry
from baton_sdk.testing.fake import FakeBaton
from baton_sdk.testing.faults import Faults

__all__ = ["Chat", "Entry", "FakeBaton", "Faults"]
