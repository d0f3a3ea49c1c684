"""Journeys of human agents in a real Chromium, against a whole running stack."""
