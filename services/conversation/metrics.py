"""Every metric of the conversation service; labels are bounded and never an id."""

from prometheus_client import Gauge

LEASES_HELD = Gauge("baton_conversation_lease_held", "1 while this process holds the role's lease.", ["role"])
RELAY_LAG = Gauge(
    "baton_conversation_relay_lag_seconds", "Age of the oldest event that the relay read and the broker has not acknowledged; 0 when there is none."
)
PROJECTOR_LAG = Gauge("baton_conversation_projector_lag_seconds", "Age of the newest event when the list showed it, at the last batch; 0 when idle.")
