"""What `./dev` starts when nothing is configured: PostgreSQL, server, worker, demo. Not used in production."""
