"""How programs come in: API keys, how much they may ask, and answers kept so that asking again does nothing twice."""
