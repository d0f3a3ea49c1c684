"""conversation: the log of every conversation, who holds control of it, and the views that follow from it."""
