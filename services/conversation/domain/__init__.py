"""What a conversation is: pure, no I/O."""
