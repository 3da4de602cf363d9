"""How promises of time went: one row for each, counted by team, level, cause and day, down to the ticket."""
