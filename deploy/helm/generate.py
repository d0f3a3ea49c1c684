"""Writes the chart's values.schema.json and README.md from the commented values.yaml: `python deploy/helm/generate.py`, or `make chart`.

In values.yaml "# --" begins the description of the key below it, and "# @schema {...}" adds JSON schema to what the default says about its type.
Strict: a name that is not in values.yaml is refused, except below a key whose schema says what else may stand there.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parent / "baton"
KEY = re.compile(r"^( *)([A-Za-z][A-Za-z0-9]*):")
COMMENT = re.compile(r"^ *# ?(.*)$")
TYPES = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
HEAD = """\
<!-- Written by `make chart` from values.yaml and Chart.yaml; change those. -->
# The chart of Baton

{description} It installs four services; MongoDB (a replica set) and Kafka are yours. The [operator's guide](../../../docs/operators.md) says how to run it.

    helm install baton deploy/helm/baton --namespace baton --create-namespace \\
      --set publicUrl=https://support.example.com \\
      --set mongodb.existingSecret=baton-mongodb --set kafka.bootstrapServers=kafka:9092 \\
      --set identity.generate=true

Chart {version}, Baton {app_version}, Kubernetes {kube_version}. [`values-small.yaml`](values-small.yaml) is one replica of each,
[`values-production.yaml`](values-production.yaml) three zones.

| value | default | |
|---|---|---|
"""


@dataclass
class Note:
    """What the comments above a key say."""

    description: str = ""
    schema: dict[str, Any] = field(default_factory=dict)


def notes(text: str) -> dict[str, Note]:
    """Return what the comments say, by the key's dotted path. Keys in flow style ({ a: 1 }) have no comments of their own."""
    found: dict[str, Note] = {}
    path: list[tuple[int, str]] = []
    note = Note()
    for line in text.splitlines():
        if match := KEY.match(line):
            depth = len(match[1])
            path = [*((level, name) for level, name in path if level < depth), (depth, match[2])]
            found[".".join(name for _, name in path)] = note
            note = Note()
        elif match := COMMENT.match(line):
            words = match[1]
            if words.startswith("@schema "):
                note.schema |= json.loads(words.removeprefix("@schema "))
            elif words.startswith("-- "):
                note.description = words.removeprefix("-- ")
            elif note.description:
                note.description += f" {words}"
        else:
            note = Note()
    return found


def schema_of(value: object, path: str, found: dict[str, Note]) -> dict[str, Any]:
    """Return the schema of one value: what its default says, with what its comment adds."""
    note = found.get(path, Note())
    added = {key: part for key, part in note.schema.items() if key != "required"}
    schema: dict[str, Any] = {"description": note.description} if note.description else {}
    schema["type"] = TYPES[type(value)]
    is_open = "additionalProperties" in added or added.get("type") == "object"
    if isinstance(value, dict) and not is_open:
        children = {name: f"{path}.{name}" if path else name for name in value}
        schema["properties"] = {name: schema_of(value[name], child, found) for name, child in children.items()}
        required = [name for name, child in children.items() if found.get(child, Note()).schema.get("required")]
        schema |= {"additionalProperties": False} | ({"required": required} if required else {})
    if note.schema.get("required") and schema["type"] == "string":
        schema["minLength"] = 1
    return schema | added


def rows(value: object, path: str, found: dict[str, Note]) -> Iterator[str]:
    """Yield the table's rows: one for each value that can be set."""
    note = found.get(path, Note())
    is_group = isinstance(value, dict) and value and "additionalProperties" not in note.schema and note.schema.get("type") != "object"
    if is_group:
        assert isinstance(value, dict)  # noqa: S101  # for the type checker
        for name, below in value.items():
            yield from rows(below, f"{path}.{name}" if path else name, found)
        return
    default = "**must be set**" if note.schema.get("required") else f"`{json.dumps(value)}`"
    choices = f" One of {', '.join(f'`{each}`' for each in note.schema['enum'])}." if "enum" in note.schema else ""
    group, _, name = path.rpartition(".")
    words = note.description or (found.get(group, Note()).description if name in {"enabled", "type"} else "")
    yield f"| `{path}` | {default} | {f'{words}{choices}'.strip()} |"


def generated() -> dict[Path, str]:
    """Return the files' contents."""
    text = (CHART / "values.yaml").read_text()
    values, found = yaml.safe_load(text), notes(text)
    # Helm puts `global` among the values of every chart.
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Values of the chart baton", **schema_of(values, "", found)}
    schema["properties"]["global"] = {"type": "object"}
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    head = HEAD.format(description=chart["description"], version=chart["version"], app_version=chart["appVersion"], kube_version=chart["kubeVersion"])
    return {
        CHART / "values.schema.json": json.dumps(schema, indent=2) + "\n",
        CHART / "README.md": head + "\n".join(rows(values, "", found)) + "\n",
    }


def main() -> None:
    """Write; with --check only say what would change, and fail."""
    stale = [file for file, content in generated().items() if not file.exists() or file.read_text() != content]
    if "--check" in sys.argv:
        sys.exit(f"not as values.yaml says (make chart): {', '.join(file.name for file in stale)}" if stale else 0)
    for file in stale:
        file.write_text(generated()[file])
        print(f"wrote {file.name}")


if __name__ == "__main__":
    main()
