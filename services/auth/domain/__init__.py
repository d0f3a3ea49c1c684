"""What accounts, sessions and keys are, and the rules about them: pure, no I/O."""
