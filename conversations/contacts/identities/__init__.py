"""By what else a contact is known: addresses, numbers, names elsewhere. No token is made here."""
