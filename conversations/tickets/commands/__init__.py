"""What can be asked of tickets: hold, load, decide, append, in one transaction."""
