"""What sorts of tickets a company has: the definition kind `ticket_type`, and the form that each of them asks."""
