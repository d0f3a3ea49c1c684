"""Creates a Secret in the cluster that this process runs in, once: what is there stays as it is."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
API_SERVER = "https://kubernetes.default.svc"
TIMEOUT_SECONDS = 15.0


def create_secret(name: str, content: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Create it in the pod's namespace; False if it is there already. OSError with the API server's words where it refuses or is away."""
    namespace = (ACCOUNT / "namespace").read_text()
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "labels": dict(labels)}, "stringData": dict(content)}
    request = urllib.request.Request(  # noqa: S310  # the API server's own address
        f"{API_SERVER}/api/v1/namespaces/{namespace}/secrets",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))):  # noqa: S310  # as above
            return True
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.CONFLICT:
            return False
        msg = f"the API server refuses to create the Secret {name}: {error.read().decode(errors='replace')[:500]}"
        raise OSError(msg) from None
