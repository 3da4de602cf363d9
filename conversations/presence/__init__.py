"""Presence: what state each member is in, by their own choice and their connections, and how long they were in it."""
