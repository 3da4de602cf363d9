"""Migrations of the tenants' schemas, one history for all rooms."""
