"""All that happened with one contact, over conversations and tickets: read from the log, nothing is kept here."""
