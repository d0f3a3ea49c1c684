"""The team's figures: what happened in conversations, as facts, and what they add up to."""
