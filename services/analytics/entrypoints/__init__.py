"""Where work comes in: records of the topic, and calls."""
