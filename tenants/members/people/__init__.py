"""The members of a tenant: listing and changing them, ending memberships and sessions."""
