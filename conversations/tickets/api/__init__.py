"""REST of tickets, for members and keys."""
