"""What analytics does: record facts, answer figures."""
