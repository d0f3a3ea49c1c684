"""Tests across services, on real parts."""
