"""What the use cases need from outside, as protocols; each is implemented by an adapter and by a fake."""
