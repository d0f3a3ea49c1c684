"""A call from the kit's client to the kit's server: errors keep their type, nothing hangs, nothing leaks."""

import asyncio
import logging

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import REGISTRY
from servicekit import errors, grpc_server
from servicekit.caller import request_id

from tests.harness.echo import SERVICE, anybody, serving

KINDS = [
    errors.UnauthenticatedError,
    errors.ForbiddenError,
    errors.NotFoundError,
    errors.AlreadyExistsError,
    errors.ConflictError,
    errors.PreconditionError,
    errors.ExhaustedError,
    errors.ExpiredError,
]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_refusal_keeps_its_type_reason_words_and_details(kind: type[errors.ServiceError]) -> None:
    async def refuse(_text: str) -> str:
        raise kind("SOME_REASON", "So it is: täuschend échte 🙂 words.", details={"agent_id": "7", "agent_name": "Sri Wahyúni"})

    async with serving(refuse) as echo:
        for call in (echo.say, echo.spell):
            with pytest.raises(kind) as caught:
                await call("x")
            assert type(caught.value) is kind
            assert caught.value.reason == "SOME_REASON"
            assert caught.value.message == "So it is: täuschend échte 🙂 words."
            assert caught.value.details == {"agent_id": "7", "agent_name": "Sri Wahyúni"}


async def test_bad_input_names_its_field_and_the_rule_once() -> None:
    async def refuse(_text: str) -> str:
        raise errors.InvalidError("text", "at most 16 KiB", reason="TEXT_TOO_LONG")

    async with serving(refuse) as echo:
        with pytest.raises(errors.InvalidError) as caught:
            await echo.say("x")
    assert (caught.value.field, caught.value.reason, caught.value.message) == ("text", "TEXT_TOO_LONG", "text: at most 16 KiB")


async def test_what_is_unavailable_behind_the_service_is_unavailable() -> None:
    async def refuse(_text: str) -> str:
        raise errors.UnavailableError("The database does not answer.", reason="STORE_AWAY")

    async with serving(refuse) as echo:
        with pytest.raises(errors.UnavailableError) as caught:
            await echo.say("x")
    assert (caught.value.reason, caught.value.message) == ("STORE_AWAY", "The database does not answer.")


async def test_a_bug_becomes_internal_and_its_text_stays_inside(caplog: pytest.LogCaptureFixture) -> None:
    async def stumble(_text: str) -> str:
        message = "secret of the house"
        raise KeyError(message)

    async with serving(stumble) as echo:
        for call in (echo.say, echo.spell):
            with pytest.raises(errors.ServiceError) as caught:
                await call("x")
            assert caught.value.kind is errors.Kind.INTERNAL
            assert caught.value.reason == "INTERNAL"
            assert "secret" not in caught.value.message
    assert not [record for record in caplog.records if record.name.startswith("grpc")]


async def test_a_refusal_leaves_no_trace_in_grpcs_own_log(caplog: pytest.LogCaptureFixture) -> None:
    async def refuse(_text: str) -> str:
        raise errors.ConflictError("TAKEN", "Taken.")

    with caplog.at_level(logging.DEBUG):
        async with serving(refuse) as echo:
            for call in (echo.say, echo.spell):
                with pytest.raises(errors.ConflictError):
                    await call("x")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_bytes_that_are_no_message_are_bad_input_once_the_caller_is_known(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(text: str) -> str:
        return text

    async def nobody(_metadata: object) -> None:
        raise errors.UnauthenticatedError("WHO", "Who?")

    for authenticate, code in ((None, grpc.StatusCode.INVALID_ARGUMENT), (nobody, grpc.StatusCode.UNAUTHENTICATED)):
        async with serving(answer, authenticate or anybody) as echo:
            say: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = echo.peer.channel.unary_unary(f"/{SERVICE}/Say")
            spell: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = echo.peer.channel.unary_stream(f"/{SERVICE}/Spell")
            for bad in (b"\x0a\x02\xc3\x28", b"\x0a\x7fcut", b"\xff\xff\xff"):
                with pytest.raises(grpc.aio.AioRpcError) as one:
                    await say(bad, timeout=5)
                with pytest.raises(grpc.aio.AioRpcError) as stream:
                    [item async for item in spell(bad, timeout=5)]
                assert (one.value.code(), stream.value.code()) == (code, code)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_peer_that_is_not_there_is_unavailable() -> None:
    async def answer(text: str) -> str:
        return text

    async with serving(answer, timeout_seconds=1) as echo:
        await echo.server.stop(0)
        with pytest.raises(errors.UnavailableError):
            await echo.say("x")


async def test_the_callers_deadline_ends_the_call_on_both_sides() -> None:
    entered, cancelled = asyncio.Event(), asyncio.Event()

    async def hang(_text: str) -> str:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return ""

    # Until one call has come so far; on a busy machine the deadline may be over before.
    for seconds in (0.1, 1, 10):
        async with serving(hang, timeout_seconds=seconds) as echo:
            with pytest.raises(errors.UnavailableError):
                await echo.say("x")
            if entered.is_set():
                await asyncio.wait_for(cancelled.wait(), 20)
                return
    pytest.fail("no call came as far as the server")


async def test_without_a_deadline_the_servers_own_answers_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grpc_server, "DEFAULT_DEADLINE_SECONDS", 0.1)

    async def hang(_text: str) -> str:
        await asyncio.Event().wait()
        return ""

    async with serving(hang, timeout_seconds=None) as echo:
        with pytest.raises(errors.UnavailableError) as caught:
            await echo.say("x")
    assert caught.value.message == "The answer did not come in time."


async def test_the_request_id_travels() -> None:
    async def tell(_text: str) -> str:
        return request_id.get()

    async with serving(tell) as echo:
        assert len(await echo.say("x")) == 32
        request_id.set("from the browser")
        assert await echo.say("x") == "from the browser"
        assert await echo.spell("ab") == ["from the browser"] * 2
        request_id.set("x" * 65)
        assert len(await echo.say("x")) == 32
        request_id.set("")


async def test_messages_over_a_mebibyte_are_refused() -> None:
    async def answer(text: str) -> str:
        return text

    async with serving(answer) as echo:
        assert len(await echo.say("x" * 1_000_000)) == 1_000_000
        with pytest.raises(errors.ServiceError):
            await echo.say("x" * 1_100_000)


async def test_calls_and_streams_are_measured_by_code() -> None:
    async def answer(text: str) -> str:
        if text == "no":
            raise errors.NotFoundError("NONE", "None.")
        return text

    def counted(name: str, method: str, code: str) -> float:
        return REGISTRY.get_sample_value(name, {"method": f"/{SERVICE}/{method}", "code": code}) or 0

    before = {code: counted("baton_grpc_server_seconds_count", "Say", code) for code in ("OK", "NOT_FOUND")}
    streams = counted("baton_grpc_server_streams_total", "Spell", "OK")
    async with serving(answer) as echo:
        await echo.say("yes")
        await echo.spell("yes")
        with pytest.raises(errors.NotFoundError):
            await echo.say("no")
    assert counted("baton_grpc_server_seconds_count", "Say", "OK") == before["OK"] + 1
    assert counted("baton_grpc_server_seconds_count", "Say", "NOT_FOUND") == before["NOT_FOUND"] + 1
    assert counted("baton_grpc_server_streams_total", "Spell", "OK") == streams + 1


async def test_health_needs_no_identity_and_ends_with_the_server() -> None:
    async def nobody(_metadata: object) -> None:
        raise errors.UnauthenticatedError("SERVICE_IDENTITY_INVALID", "No.")

    async def answer(text: str) -> str:
        return text

    async with serving(answer, nobody) as echo, grpc.aio.insecure_channel(echo.target) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", SERVICE):
            assert (await health.Check(health_pb2.HealthCheckRequest(service=name))).status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(errors.UnauthenticatedError):
            await echo.say("x")
        watch = health.Watch(health_pb2.HealthCheckRequest(service=""))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        stopping = asyncio.create_task(echo.server.stop(1))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        watch.cancel()
        await stopping


async def test_a_stop_lets_a_call_under_way_end() -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def wait(text: str) -> str:
        entered.set()
        await leave.wait()
        return text

    async with serving(wait) as echo:
        call = asyncio.create_task(echo.say("still here"))
        await entered.wait()
        stopping = asyncio.create_task(echo.server.stop(5))
        leave.set()
        assert await call == "still here"
        await stopping
