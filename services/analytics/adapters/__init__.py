"""MongoDB, and the other services."""
