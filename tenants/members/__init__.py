"""People and what they may do in a tenant: memberships, permissions, sign-in, sessions."""
