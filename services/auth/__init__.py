"""Accounts, sessions and keys: who may use Baton, and what the other services trust."""
