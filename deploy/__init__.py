"""How Baton is deployed."""
