"""Command-line commands of the tenants app."""
