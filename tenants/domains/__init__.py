"""Domains of their own under which tenants are served: claimed, proven, looked at again and again."""
