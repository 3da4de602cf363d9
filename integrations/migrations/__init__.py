"""The history of the integrations' tables."""
