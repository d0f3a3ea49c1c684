"""The order of commands on a stream, against a server by the contract's letter that loses what it likes."""

import asyncio
import itertools
import random
import time
import uuid
from collections import defaultdict

import pytest
from baton_sdk import pipeline
from baton_sdk.contract import control_pb2, errors_pb2, platform_pb2
from baton_sdk.counters import Counters
from baton_sdk.pipeline import Pipeline
from google.rpc import code_pb2

CONVERSATIONS = ("one", "two", "three")
STEPS = 400
FOREVER = time.monotonic() + 1e9


class Server:
    """Carries out what comes, in order; whether it does, and whether it says so, is up to chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.carried_out: defaultdict[str, list[str]] = defaultdict(list)
        self.faulty = True
        self._undecided: dict[str, str] = {}

    def open_stream(self) -> None:
        """Begin a new stream: nothing stands on it."""
        self._undecided.clear()

    def take(self, command: platform_pb2.StreamedCommand) -> platform_pb2.StreamedAnswer:
        """Return the answer."""
        request = command.append_user_message
        lane, name = request.conversation_id, request.command_id
        if self._undecided.get(lane, name) != name:
            return _unavailable(name, errors_pb2.ERROR_REASON_BEHIND_UNDECIDED)
        fate = self.chance.random() if self.faulty else 1.0
        if fate > 0.1 and request.text not in self.carried_out[lane]:
            self.carried_out[lane].append(request.text)
        if fate < 0.2:
            self._undecided[lane] = name
            return _unavailable(name, errors_pb2.ERROR_REASON_UNAVAILABLE)
        self._undecided.pop(lane, None)
        return platform_pb2.StreamedAnswer(command_id=name, outcome=control_pb2.Outcome(conversation_id=lane))


def _unavailable(name: str, reason: "errors_pb2.ErrorReason.ValueType") -> platform_pb2.StreamedAnswer:
    return platform_pb2.StreamedAnswer(command_id=name, refusal=platform_pb2.Refusal(reason=reason, code=code_pb2.UNAVAILABLE))


@pytest.mark.parametrize("seed", range(30))
async def test_whatever_is_lost_each_conversation_keeps_its_order_and_all_is_carried_out_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "backoff", lambda: itertools.repeat(0.0))
    chance = random.Random(seed)  # what happens next
    waiting = Pipeline(Counters())
    server = Server(chance)
    put: defaultdict[str, list[str]] = defaultdict(list)
    futures = []
    # Sent and not read yet; read and not answered yet.
    on_the_way: list[platform_pb2.StreamedCommand] = []
    answers: list[platform_pb2.StreamedAnswer] = []

    async def step(kind: str) -> None:
        match kind:
            case "put":
                lane = chance.choice(CONVERSATIONS)
                text = str(len(put[lane]))
                put[lane].append(text)
                futures.append(waiting.put(platform_pb2.AppendUserMessageRequest(command_id=str(uuid.uuid4()), conversation_id=lane, text=text), FOREVER))
            case "send" if waiting.waiting:
                on_the_way.extend(await waiting.take(chance.randrange(1, 8), 1 << 20))
            case "read" if on_the_way:
                answers.append(server.take(on_the_way.pop(0)))
            case "answer" if answers:
                waiting.answered(answers.pop(0))
            case "break":
                on_the_way.clear()
                answers.clear()
                server.open_stream()
                waiting.broke()
        await asyncio.sleep(0)

    for _ in range(STEPS):
        await step(chance.choices(["put", "send", "read", "answer", "break"], [3, 4, 6, 6, 0.2])[0])
    server.faulty = False
    while not all(future.done() for future in futures):
        for kind in ("send", "read", "answer"):
            await step(kind)
    assert server.carried_out == put
    assert waiting.waiting == 0


async def test_what_a_message_holds_is_bounded_by_number_and_by_size() -> None:
    waiting = Pipeline(Counters())
    for number in range(10):
        waiting.put(platform_pb2.AppendUserMessageRequest(command_id=str(number), conversation_id=str(number), text="x" * 1_000), FOREVER)
    assert len(await waiting.take(4, 1 << 20)) == 4
    assert len(await waiting.take(4, 2_500)) == 2
    # One alone goes, whatever its size is.
    assert len(await waiting.take(4, 1)) == 1
