"""What decides about webhooks. Pure: no I/O, no clock."""
