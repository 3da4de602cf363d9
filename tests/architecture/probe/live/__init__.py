"""Asking over sockets, of the product's own server, in a thread here so that its guards can be taken away."""
