"""People and things we serve, and the identities by which we know them again."""
