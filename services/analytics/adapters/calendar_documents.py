"""A workspace's hours as they are kept: {_id: workspace, zone, stretches: [[weekday, opens, closes]], revision}."""

from services.analytics.adapters.documents import Document
from services.analytics.domain.hours import Calendar, Stretch


def from_calendar(calendar: Calendar) -> Document:
    """Return a calendar's fields."""
    stretches = [[one.weekday, one.opens, one.closes] for one in calendar.stretches]
    return {"zone": calendar.time_zone, "stretches": stretches, "revision": calendar.revision}


def to_calendar(document: Document) -> Calendar:
    """Return the calendar of a document."""
    return Calendar(document["zone"], tuple(Stretch(*one) for one in document["stretches"]), document["revision"])
