"""What the gateway does with sockets and records; no I/O."""
