"""How a company lets its people sign in: through its identity provider (OIDC), for which domains, with what required.

A provider vouches for members of its own company and opens nothing else: it neither makes nor proves nor changes
anybody's identity elsewhere. Who is let in is decided by tenants/members.
"""
