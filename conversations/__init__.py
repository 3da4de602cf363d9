"""The service itself: ONE Django app, many rooms, one migration history. Tables in each tenant's own schema."""
