"""What partners plug in: webhooks. It stands on the service, which knows nothing of it."""
