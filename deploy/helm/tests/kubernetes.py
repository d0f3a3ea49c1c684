"""Objects against the schemas of a Kubernetes, strictly; each schema read once."""

import json
from functools import cache
from typing import Any

from jsonschema.validators import Draft202012Validator
from kubernetes_validate import utils
from referencing import Registry, Resource


@cache
def _registry(version: str) -> Any:  # the library's own generic type
    contents = utils.schema_contents(f"kubernetes-json-schema/v{version}-local-strict/_definitions.json", version)
    return (Resource.from_contents(contents) @ Registry()).crawl()


@cache
def _validator(version: str, kind: str, api: str) -> Any:  # as above
    group, _, of_group = api.partition("/")
    name = f"{kind.lower()}-{group.partition('.')[0]}-{of_group}" if of_group else f"{kind.lower()}-{group}"
    schema = utils.schema_contents(f"kubernetes-json-schema/v{version}-local-strict/{name}.json", version)
    return Draft202012Validator(schema, registry=Resource.from_contents(schema) @ _registry(version))


def invalid(version: str, texts: set[str]) -> list[str]:
    """Return what is wrong with the objects, given as JSON so that each is looked at once."""
    found = []
    for text in sorted(texts):
        each = json.loads(text)
        errors = _validator(version, each["kind"], each["apiVersion"]).iter_errors(each)
        found += [f"{each['kind']}/{each['metadata']['name']}: {error.message}" for error in errors]
    return found
