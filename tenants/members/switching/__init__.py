"""One person in several tenants: seeing them, and going from one to another without signing in again."""
