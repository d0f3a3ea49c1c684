"""What two services must agree on without knowing each other."""
