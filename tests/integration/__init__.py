"""Journeys across real processes."""
