"""Webhooks: what happens is told to the servers of partners, each thing at least once, under one id, and safely.

Reads the log and never writes into a conversation.
"""
