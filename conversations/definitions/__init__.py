"""What a tenant configures: typed, versioned documents. One table for all kinds; a kind is declared where it is used."""
