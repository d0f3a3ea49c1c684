"""The definitions of docs/metrics.md: from events to facts, from facts to figures. Pure."""
