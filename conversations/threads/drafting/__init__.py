"""What members are writing and have not sent: each one's own, on every device of theirs, and never on the log."""
