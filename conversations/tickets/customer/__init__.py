"""What a ticket's customer sees of it and may do: over a signed link, without an account."""
