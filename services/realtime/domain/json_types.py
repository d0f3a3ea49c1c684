"""The plain JSON that browsers get: snake_case keys, enums as lower-case words, times as ISO 8601 UTC text, what is absent left out."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
JsonView = Mapping[str, Any]
