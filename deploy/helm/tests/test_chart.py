"""What the chart makes of values: valid for the oldest and the newest Kubernetes, strict about names, and nothing of the security missing."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helm_python.errors import HelmError

from deploy.helm import generate
from deploy.helm.tests.kubernetes import invalid
from deploy.helm.tests.rendering import CHART, Object, of_kind, pods, release, rendered, values_of, variations

OLDEST, NEWEST = "1.30.0", "1.37.0"
# Kinds that no plain Kubernetes knows, with what each must have to mean anything.
CUSTOM = {
    "ServiceMonitor": {"selector", "endpoints"},
    "PrometheusRule": {"groups"},
    "Certificate": {"secretName", "dnsNames", "issuerRef"},
    "HTTPRoute": {"parentRefs", "hostnames", "rules"},
    "GRPCRoute": {"parentRefs", "rules"},
}
SERVICES = ("auth", "conversation", "realtime", "analytics")
by_variation = pytest.mark.parametrize("variation", variations())


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_object_of_every_variation_is_valid(version: str) -> None:
    objects = [each for variation in variations() for each in release(variation)]
    for each in objects:
        assert CUSTOM.get(each["kind"], set()) <= each.get("spec", {}).keys()
    assert invalid(version, {json.dumps(each) for each in objects if each["kind"] not in CUSTOM}) == []


def test_the_same_values_give_the_same_objects() -> None:
    assert rendered(values_of("first-start")) == rendered(values_of("first-start"))


def test_schema_and_readme_are_what_the_values_say() -> None:
    for file, content in generate.generated().items():
        assert file.read_text() == content, f"make chart writes {file.name} again"


@pytest.mark.parametrize(
    "wrong",
    [
        {"publicURL": "https://typing.mistake"},
        {"publicUrl": "support.example.com"},
        {"publicUrl": ""},
        {"mongodb": {"existingSecret": ""}},
        {"kafka": {"bootstrapServers": ""}},
        {"realtime": {"replicas": 0}},
        {"realtime": {"replica": 3}},
        {"image": {"pullPolicy": "Sometimes"}},
        {"identity": {"existingSecret": ""}},
        {"identity": {"generate": True}},
        {"tls": {"enabled": True}},
        {"kafka": {"bootstrapServers": "kafka:9092", "securityProtocol": "SASL_SSL"}},
    ],
    ids=str,
)
def test_values_that_cannot_work_are_refused(wrong: Object) -> None:
    values = values_of("minimal")
    for name, value in wrong.items():
        values[name] = {**values[name], **value} if isinstance(value, dict) and name in values else value
    with pytest.raises(HelmError):
        rendered(values)


def insecure(objects: list[Object]) -> list[str]:
    """Return what keeps pods from the restricted standard, and from our own, in words."""
    found = []
    for name, spec in pods(objects):
        outer = spec.get("securityContext", {})
        found += [
            f"{name}: {field}" for field, wanted in (("runAsNonRoot", True), ("seccompProfile", {"type": "RuntimeDefault"})) if outer.get(field) != wanted
        ]
        found += [f"{name}: {field}" for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field)]
        if spec.get("automountServiceAccountToken") is not False and "-keys" not in name:
            found.append(f"{name}: automountServiceAccountToken")
        for container in spec["containers"]:
            inner = container.get("securityContext", {})
            wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
            found += [f"{name}/{container['name']}: {field}" for field, value in wanted.items() if inner.get(field) != value]
            found += [f"{name}/{container['name']}: {field}" for field in ("requests", "limits") if field not in container.get("resources", {})]
    return found


@by_variation
def test_every_pod_keeps_to_the_restricted_standard(variation: str) -> None:
    assert insecure(release(variation)) == []


REMOVALS: dict[str, Callable[[Object], Any]] = {
    "runAsNonRoot": lambda spec: spec["securityContext"].pop("runAsNonRoot"),
    "seccompProfile": lambda spec: spec["securityContext"].pop("seccompProfile"),
    "automountServiceAccountToken": lambda spec: spec.pop("automountServiceAccountToken"),
    "allowPrivilegeEscalation": lambda spec: spec["containers"][0]["securityContext"].pop("allowPrivilegeEscalation"),
    "readOnlyRootFilesystem": lambda spec: spec["containers"][0]["securityContext"].pop("readOnlyRootFilesystem"),
    "runAsNonRoot of the container": lambda spec: spec["containers"][0]["securityContext"].pop("runAsNonRoot"),
    "capabilities": lambda spec: spec["containers"][0]["securityContext"].pop("capabilities"),
    "limits": lambda spec: spec["containers"][0]["resources"].pop("limits"),
}

INNER = {"allowPrivilegeEscalation", "readOnlyRootFilesystem", "runAsNonRoot of the container", "capabilities", "limits"}


@pytest.mark.parametrize("field", REMOVALS)
def test_the_check_notices_each_field_that_is_taken_away(field: str) -> None:
    objects = [copy.deepcopy(of_kind(release("minimal"), "Deployment")["baton-auth"])]
    assert insecure(objects) == []
    REMOVALS[field](objects[0]["spec"]["template"]["spec"])
    assert insecure(objects) == [f"Deployment/baton-auth{'/auth' if field in INNER else ''}: {field.split(maxsplit=1)[0]}"]


def test_a_pod_is_given_its_own_private_key_alone() -> None:
    for name, deployment in of_kind(release("minimal"), "Deployment").items():
        given = {
            variable["valueFrom"]["secretKeyRef"]["key"]
            for variable in deployment["spec"]["template"]["spec"]["containers"][0]["env"]
            if variable.get("valueFrom", {}).get("secretKeyRef", {}).get("name") == "identity"
        }
        assert given == {"trusted.json", "signing.json" if name == "baton-auth" else f"{name.removeprefix('baton-')}.pem"}


def test_only_the_hook_that_makes_keys_has_any_right_and_it_goes() -> None:
    for variation in variations():
        objects = release(variation)
        roles = of_kind(objects, "Role")
        assert set(roles) == ({"baton-keys"} if variation == "first-start" else set())
        assert not of_kind(objects, "ClusterRole")
        assert not of_kind(objects, "Secret")
        for role in roles.values():
            assert role["rules"] == [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]}]
            assert "hook-succeeded" in role["metadata"]["annotations"]["helm.sh/hook-delete-policy"]


def test_policies_name_the_real_edges_and_no_other() -> None:
    policies = of_kind(release("minimal"), "NetworkPolicy")
    edges = {
        (peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"], name.removeprefix("baton-"))
        for name, policy in policies.items()
        for rule in policy["spec"]["ingress"]
        for peer in rule.get("from", [])
        if "podSelector" in peer
    }
    called = {("conversation", "auth"), ("analytics", "auth"), ("realtime", "auth")}
    assert edges == called | {("analytics", "conversation"), ("realtime", "conversation"), ("realtime", "analytics")}
    assert all(policy["spec"]["policyTypes"] == ["Ingress", "Egress"] for policy in policies.values())


def test_everything_that_runs_has_time_to_drain() -> None:
    for deployment in of_kind(release("values-production"), "Deployment").values():
        spec = deployment["spec"]["template"]["spec"]
        grace = next(float(each["value"]) for each in spec["containers"][0]["env"] if each["name"].endswith("_GRACE_SECONDS"))
        assert spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] + grace < spec["terminationGracePeriodSeconds"]
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_one_value_turns_tracing_on_and_lets_every_service_reach_the_collector() -> None:
    for variation, endpoint in (("monitoring", "http://collector.observability:14317"), ("minimal", None)):
        objects = release(variation)
        for service in SERVICES:
            containers = of_kind(objects, "Deployment")[f"baton-{service}"]["spec"]["template"]["spec"]["containers"]
            found = {each["name"]: each.get("value") for each in containers[0]["env"]}
            assert found.get(f"BATON_{service.upper()}_OTLP_ENDPOINT") == endpoint
            egress = of_kind(objects, "NetworkPolicy")[f"baton-{service}"]["spec"]["egress"]
            assert ({"ports": [{"port": 14317}]} in egress) == (endpoint is not None)


def test_the_dashboards_and_rules_in_the_release_are_the_files() -> None:
    objects = release("monitoring")
    boards = {name: json.loads(text) for config in of_kind(objects, "ConfigMap").values() for name, text in config["data"].items() if name.endswith(".json")}
    assert {name: json.loads((CHART / "files" / "dashboards" / name).read_text()) for name in boards} == boards
    (rule,) = of_kind(objects, "PrometheusRule").values()
    links = {each["annotations"]["runbook_url"] for group in rule["spec"]["groups"] for each in group["rules"] if "alert" in each}
    assert all(link.startswith("https://runbooks.example.com/baton/Baton") for link in links)


def test_the_images_hold_the_versions_that_are_tested() -> None:
    root = Path(CHART).parents[2]
    for service in SERVICES:
        locked = (root / "requirements" / f"{service}.txt").read_text()
        development = (root / "requirements" / "dev.txt").read_text()
        for line in locked.splitlines():
            if "==" in line:
                assert line.split(" ", 1)[0] in development, f"{service}: {line} is not what is tested (make lock)"
