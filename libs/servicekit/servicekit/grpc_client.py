"""Calls to another service: own identity, request id, the user's token, a deadline, and errors that keep their type."""

from collections.abc import AsyncIterator
from typing import TypeVar

import grpc
import grpc.aio

from servicekit import tracing
from servicekit.caller import request_id
from servicekit.grpc_errors import from_rpc_error
from servicekit.grpc_tls import channel_credentials
from servicekit.identity import METADATA_KEY, ServiceIdentity

Request = TypeVar("Request")
Response = TypeVar("Response")
DEFAULT_TIMEOUT_SECONDS = 5.0

_OPTIONS = [
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.keepalive_time_ms", 30_000),
    # A peer that vanishes with its machine closes nothing. What TCP does not get through within this time ends the connection, and calls go to
    # another replica; by default that takes twenty seconds, in which every call to it runs into its deadline.
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.lb_policy_name", "round_robin"),
    # A peer that comes back is found again within a second, not after the default's two minutes.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # Names are asked again soon after an address failed: the default waits half a minute, in which a restarted peer is not found.
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
]


class Peer:
    """A channel to one service, called as oneself and, where there is one, on behalf of a user."""

    def __init__(
        self, target: str, audience: str, identity: ServiceIdentity, ca_file: str = "", timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """`target` is a gRPC target (host:port, dns:///...); `audience` the peer's service name; with `ca_file` it is called over TLS.

        `timeout_seconds` is the deadline of each call that has none of its own; None leaves it to the peer.
        """
        self.channel = grpc.aio.secure_channel(target, channel_credentials(ca_file), _OPTIONS) if ca_file else grpc.aio.insecure_channel(target, _OPTIONS)
        self._audience = audience
        self._identity = identity
        self._timeout_seconds = timeout_seconds

    def metadata(self, access_token: str = "") -> list[tuple[str, str]]:
        """Return a call's metadata."""
        pairs = [(METADATA_KEY, self._identity.token_for(self._audience)), ("x-request-id", request_id.get())]
        if traceparent := tracing.current():
            pairs.append((tracing.HEADER, traceparent))
        if access_token:
            pairs.append(("authorization", f"Bearer {access_token}"))
        return pairs

    async def call(
        self,
        method: "grpc.aio.UnaryUnaryMultiCallable[Request, Response]",
        request: Request,
        *,
        access_token: str = "",
        timeout: float | None = None,  # noqa: ASYNC109  # it becomes the call's deadline on the wire
    ) -> Response:
        """Call once; a failure is raised as the ServiceError it was there."""
        try:
            return await method(request, timeout=timeout or self._timeout_seconds, metadata=self.metadata(access_token))
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None

    async def stream(self, method: "grpc.aio.UnaryStreamMultiCallable[Request, Response]", request: Request) -> AsyncIterator[Response]:
        """Read a server stream to its end."""
        try:
            async for item in method(request, metadata=self.metadata()):
                yield item
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None

    async def close(self) -> None:
        """Close the channel."""
        await self.channel.close()
