"""Who may reach whom in the release: each real edge is open, each other one closed, and a caller without a name is refused."""

import json

import pytest

from tests.cluster.cluster import RELEASE, Cluster, run

SERVICES = ("auth", "conversation", "realtime", "analytics")
# From whom to which port of whom; the rest is to be closed.
EDGES = {
    ("conversation", "auth", 9100),
    ("analytics", "auth", 9100),
    ("realtime", "auth", 9100),
    ("analytics", "conversation", 9100),
    ("realtime", "conversation", 9100),
    ("realtime", "analytics", 9100),
    *((service, "mongodb", 27017) for service in ("auth", "conversation", "analytics")),
    *((service, "kafka", 9092) for service in ("conversation", "realtime", "analytics")),
}
# Open to everybody inside; closed on the way out of these pods.
PORTS = (("auth", 9100), ("conversation", 9100), ("analytics", 9100), ("realtime", 8080), ("mongodb", 27017), ("kafka", 9092))
PROBE = """
import json, socket, sys
open_ones = []
for name, host, port in json.loads(sys.argv[1]):
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        continue
    open_ones.append([name, port])
print(json.dumps(open_ones))
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reaches_those_it_calls_and_nobody_else(installed: Cluster, service: str) -> None:
    asked = [[name, _host(name), port] for name, port in PORTS if name != service]
    printed = installed.kubectl("exec", f"deployment/{RELEASE}-{service}", "--", "python", "-c", PROBE, json.dumps(asked))
    assert {(service, name, port) for name, port in json.loads(printed)} == {edge for edge in EDGES if edge[0] == service}


def test_a_stranger_in_the_namespace_reaches_the_ways_in_and_metrics_alone(installed: Cluster) -> None:
    ports = [("auth", 9100), ("conversation", 9100), ("analytics", 9100), ("realtime", 8080), ("conversation", 9200), ("auth", 9090)]
    asked = json.dumps([[name, _host(name), port] for name, port in ports])
    image = f"baton-auth:{installed.tag}"
    inner = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    container = {"name": "stranger", "image": image, "imagePullPolicy": "IfNotPresent", "command": ["python", "-c", PROBE, asked], "securityContext": inner}
    overrides = json.dumps({"spec": {"containers": [container]}})
    words = ["run", "stranger", f"--image={image}", "--restart=Never", "--rm", "-i", "--quiet", f"--overrides={overrides}"]
    assert json.loads(installed.kubectl(*words)) == [["realtime", 8080], ["conversation", 9200], ["auth", 9090]]


def test_a_pod_that_does_not_keep_to_the_restricted_standard_is_not_admitted(installed: Cluster) -> None:
    with pytest.raises(RuntimeError, match="violates PodSecurity"):
        installed.kubectl("run", "careless", f"--image=baton-auth:{installed.tag}", "--restart=Never")


def test_an_internal_call_without_an_identity_is_refused(installed: Cluster) -> None:
    call = (
        "import grpc\n"
        "from baton.auth.v1 import auth_pb2, auth_pb2_grpc\n"
        f"stub = auth_pb2_grpc.TrustServiceStub(grpc.insecure_channel('{RELEASE}-auth:9100'))\n"
        "try:\n"
        "    stub.GetJwks(auth_pb2.GetJwksRequest(), timeout=20)\n"
        "except grpc.RpcError as error:\n"
        "    print(error.code().name)\n"
    )
    assert installed.kubectl("exec", f"deployment/{RELEASE}-realtime", "--", "python", "-c", call).strip() == "UNAUTHENTICATED"


def test_uninstalling_leaves_the_keys_alone(installed: Cluster) -> None:
    installed.helm("uninstall", RELEASE, "--wait", "--cascade=foreground", "--timeout=180s")
    kinds = "deployments,services,pods,jobs,configmaps,secrets,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers"
    left = run("kubectl", "-n", installed.namespace, "get", kinds, "-o", "name").split()
    assert [name for name in left if RELEASE in name] == ["secret/baton-identity", "secret/baton-mongodb"]


def _host(name: str) -> str:
    return f"{RELEASE}-{name}" if name in SERVICES else {"mongodb": "mongodb-0.mongodb", "kafka": "kafka"}[name]
