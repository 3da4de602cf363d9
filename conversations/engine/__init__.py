"""The log: append, read, follow. Not one customer-service word in here; of ours it imports only tenants.context and tenants.refusals."""
