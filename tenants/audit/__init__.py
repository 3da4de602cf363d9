"""What happened to public things of a tenant (members, roles, sign-ins, its life), noted where it happened.

A note waits here until it is on the tenant's own audit stream, which lives with the log; this room only notes.
"""
