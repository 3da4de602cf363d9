"""Two companies that are each other's mirror: everything in one is in the other, and each text says whose it is."""
