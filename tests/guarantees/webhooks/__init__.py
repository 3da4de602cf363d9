"""Webhooks under bad receivers and dying workers."""
