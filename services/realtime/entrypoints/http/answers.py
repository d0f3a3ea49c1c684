"""JSON answers, encoded once and never kept by caches."""

import orjson
from fastapi import Response

from services.realtime.domain.json_types import Json


def json_answer(body: Json, status: int = 200) -> Response:
    """Return the body as JSON."""
    return Response(orjson.dumps(body), status, media_type="application/json")
