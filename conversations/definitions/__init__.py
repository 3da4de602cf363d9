"""What a tenant configures: typed, versioned documents. One table; a kind is declared where it is used."""
