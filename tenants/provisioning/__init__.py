"""Making tenants."""
