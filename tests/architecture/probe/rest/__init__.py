"""Asking over HTTP: as whom, with which ids, and what two answers must have in common."""
