"""Proves a connector."""
