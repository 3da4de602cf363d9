"""The log: append, read, follow. Not one customer-service word in here.

Of ours it imports only tenants.context, tenants.refusals and the base of tenant models.
"""
