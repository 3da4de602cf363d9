"""Human service: what the desk does by itself when something happened."""
