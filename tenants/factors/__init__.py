"""A person's second factors: codes of an authenticator app, security keys and passkeys, recovery codes.

They are the person's own, in whatever companies they are: no company can see, add or remove one; it can only require
that there is one. Who is let in is decided by tenants/members.
"""
