"""Leaks that are seeded, one guard away at a time: each must be caught, or the probe has no power."""
