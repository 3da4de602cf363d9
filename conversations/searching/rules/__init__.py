"""What search decides: what an event changes about what is found, what fits best, and what is shown of it. Pure."""
