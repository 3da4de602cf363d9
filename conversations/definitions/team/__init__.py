"""Who works together, the definition kind `team`, and who leads whom."""
