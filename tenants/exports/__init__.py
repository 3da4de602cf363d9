"""Taking a tenant along: an archive of everything it owns, and a new tenant made of one."""
