"""Explicit mounts, one list a kind of host: platform (sign-up) and tenant (the service). The host decides which."""
