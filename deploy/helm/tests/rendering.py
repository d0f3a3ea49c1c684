"""The chart rendered by Helm itself, without a cluster."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from helm_python.chart import Chart

CHART = Path(__file__).resolve().parents[1] / "baton"
Object = dict[str, Any]
WORKLOADS = {"Deployment", "Job", "Pod"}


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Object:
    """Return `base` with what `over` says, as Helm puts files of values together."""
    result = dict(base)
    for name, value in over.items():
        result[name] = merged(result[name], value) if isinstance(value, dict) and isinstance(result.get(name), dict) else value
    return result


def values_of(name: str) -> Object:
    """Return the values of a variation: a file in ci/, or one of the chart's own upon the minimal ones."""
    if name.startswith("values-"):
        return merged(values_of("minimal"), yaml.safe_load((CHART / f"{name}.yaml").read_text()))
    values: Object = yaml.safe_load((CHART / "ci" / f"{name}-values.yaml").read_text())
    return values


def variations() -> list[str]:
    """Return the names of all variations."""
    own = sorted(file.stem for file in CHART.glob("values-*.yaml"))
    return sorted(file.name.removesuffix("-values.yaml") for file in CHART.glob("ci/*-values.yaml")) + own


def rendered(values: Object) -> list[Object]:
    """Return all objects of a release; HelmError where the chart refuses the values."""
    chart = Chart.load(str(CHART))
    chart.validate_schema(values)
    manifests = chart.render(values, name="baton", namespace="desk")
    found = [each for path, text in manifests.items() if not path.endswith((".txt", ".tpl")) for each in yaml.safe_load_all(text)]
    return [each for each in found if each]


@cache
def release(variation: str) -> list[Object]:
    """Return all objects of a variation; do not change them."""
    return rendered(values_of(variation))


def pods(objects: list[Object]) -> Iterator[tuple[str, Object]]:
    """Yield the name and the pod spec of everything that runs."""
    for each in objects:
        if each["kind"] in WORKLOADS:
            yield f"{each['kind']}/{each['metadata']['name']}", each["spec"] if each["kind"] == "Pod" else each["spec"]["template"]["spec"]


def of_kind(objects: list[Object], kind: str) -> dict[str, Object]:
    """Return the objects of a kind by name."""
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}
