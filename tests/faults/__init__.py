"""What is broken on purpose: each fault on a stack of its own, under load, and then an independent recount. `make faults` runs them."""
