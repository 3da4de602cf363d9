"""Tickets as colleagues see and handle them: a list, one with all that belongs to it, a new one. Plain forms."""
