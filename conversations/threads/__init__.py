"""Conversations and their messages: what may happen in one, and the list that people look at."""
