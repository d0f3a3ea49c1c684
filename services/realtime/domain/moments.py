"""Times as browsers get them."""

from datetime import datetime


def moment_text(moment: datetime) -> str:
    """Return a UTC moment as ISO 8601 with milliseconds and Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
