"""Which tenants have something to be sent to the world, and when: one moment a tenant, seen in one query for all.

Must not know what is sent.
"""
