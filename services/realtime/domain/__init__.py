"""What the gateway knows without I/O: ring, cursor, patches, who is subscribed."""
