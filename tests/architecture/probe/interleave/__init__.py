"""Many threads and sockets at once, in several companies, with the tenant asked of the server at each statement."""
