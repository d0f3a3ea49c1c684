"""`helm test`: makes an administrator, logs in through the gateway, and sends one message from an AI platform to the agent and one back.

Runs in auth's image, with what is installed there. It leaves a workspace named "helm test" with one closed conversation per run and a revoked key.
"""

import json
import os
import re
import secrets
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

import grpc
from baton.conversation.v1 import control_pb2, event_pb2, platform_pb2, platform_pb2_grpc
from cryptography import x509

EMAIL = "helm-test@baton.invalid"
DEADLINE_SECONDS = 60.0
CALL_SECONDS = 5.0


class Browser:
    """A browser without a screen; it keeps the cookies it is given."""

    def __init__(self, gateway: str, origin: str) -> None:
        """`gateway` is where requests go, `origin` what a real browser would say it is at."""
        self._gateway, self._origin = gateway, origin
        self._cookies: dict[str, str] = {}

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer; SystemExit with its words for a refusal."""
        headers = {"Origin": self._origin, "Content-Type": "application/json", "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        request = urllib.request.Request(self._gateway + path, None if body is None else json.dumps(body).encode(), headers, method=method)  # noqa: S310  # the chart's own address
        try:
            with urllib.request.urlopen(request, timeout=CALL_SECONDS * 2) as answer:  # noqa: S310  # the chart's own address
                for cookie in answer.headers.get_all("Set-Cookie") or []:
                    name, _, value = cookie.partition(";")[0].partition("=")
                    self._cookies[name] = value
                content: dict[str, Any] = json.loads(answer.read() or b"{}")
                return content
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}")


def channel_to(target: str, *, with_tls: bool) -> grpc.Channel:
    """Return a channel to the listener for AI platforms; its certificate names the outside, not the Service."""
    if not with_tls:
        return grpc.insecure_channel(target)
    host, _, port = target.partition(":")
    pem = ssl.get_server_certificate((host, int(port)))
    names = x509.load_pem_x509_certificate(pem.encode()).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    name = names.get_values_for_type(x509.DNSName)[0].replace("*", "any", 1)
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(pem.encode()), [("grpc.ssl_target_name_override", name)])


def make_administrator(browser: Browser) -> None:
    """As an operator and the new administrator would: a link, a password, a login."""
    command = [sys.executable, "-m", "services.auth", "create-admin", "--reset", "--workspace", "helm test", "--email", EMAIL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    link = re.search(r"token=(\S+)", done.stdout)
    if link is None:
        sys.exit(f"create-admin printed no link. {done.stderr}")
    password = secrets.token_urlsafe(24)
    browser.send("POST", "/api/session/set-password", {"link_token": link[1], "password": password})
    browser.send("POST", "/api/session/login", {"email": EMAIL, "password": password})
    print("an administrator logged in through the gateway")


def converse(browser: Browser, channel: grpc.Channel, api_key: str) -> str:
    """One message from the user to the agent, one from the agent to the platform's stream."""
    # The generated types are those of asyncio; the stubs are the same.
    stub: Any = platform_pb2_grpc.PlatformServiceStub(channel)  # type: ignore[arg-type]
    metadata = [("authorization", f"Bearer {api_key}")]

    def said(method: Any, request: Any) -> Any:  # noqa: ANN401  # generated messages of several kinds
        request.command_id = str(uuid.uuid4())
        return method(request, metadata=metadata, timeout=CALL_SECONDS, wait_for_ready=True).outcome

    start = platform_pb2.StartConversationRequest(
        platform_conversation_id=str(uuid.uuid4()), user=event_pb2.EndUser(id="helm-test"), ai_agent=control_pb2.AiAgentRef(id="helm-test", name="helm test")
    )
    conversation = str(said(stub.StartConversation, start).conversation_id)
    said(stub.AppendUserMessage, platform_pb2.AppendUserMessageRequest(conversation_id=conversation, text="Does this arrive?"))
    print("the platform's message is in the log")
    watch = platform_pb2.WatchRequest(consumer_name=f"helm-test-{uuid.uuid4()}", catch_up=True)
    stream = stub.Watch(watch, metadata=metadata, timeout=DEADLINE_SECONDS)
    path = f"/api/conversations/{conversation}"
    browser.send("POST", f"{path}/take-over", {"command_id": str(uuid.uuid4())})
    seen = browser.send("GET", f"{path}/events")["events"]
    if "Does this arrive?" not in json.dumps(seen):
        sys.exit("the agent does not see the user's message")
    print("the agent took over and sees it")
    words = f"It does. {uuid.uuid4()}"
    browser.send("POST", f"{path}/messages", {"command_id": str(uuid.uuid4()), "text": words, "seen_seq": seen[-1]["seq"]})
    if not any(words in str(item) for item in stream):
        sys.exit("the agent's answer did not reach the platform")
    print("the agent's answer reached the platform")
    return conversation


def main() -> None:
    """Run it; what is left behind is closed and revoked."""
    began = time.monotonic()
    browser = Browser(os.environ["GATEWAY"], os.environ["PUBLIC_URL"])
    make_administrator(browser)
    key = browser.send("POST", "/api/admin/api-keys", {"name": "helm test"})
    with channel_to(os.environ["PLATFORM"], with_tls=bool(os.environ.get("PLATFORM_TLS"))) as channel:
        conversation = converse(browser, channel, str(key["secret"]))
    browser.send("POST", f"/api/conversations/{conversation}/close", {"command_id": str(uuid.uuid4()), "reason": "other"})
    keys = browser.send("GET", "/api/admin/api-keys")["keys"]
    for each in keys:
        if not each.get("revoked"):
            browser.send("DELETE", f"/api/admin/api-keys/{each['id']}")
    print(f"one message there and back: {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
