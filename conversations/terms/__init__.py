"""What texts are found by: how a text is folded and cut into terms, and the column that holds them."""
