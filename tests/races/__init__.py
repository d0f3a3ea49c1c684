"""Races on real processes: what must hold whoever is first."""
