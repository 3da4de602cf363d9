"""Search over what was said in conversations, contacts and tickets: an index that reads the log, and asking it."""
