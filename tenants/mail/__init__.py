"""Mails to people about their account and their company: queued with what they tell of, sent by the worker.

Conversations by mail are a channel's business, not this room's.
"""
