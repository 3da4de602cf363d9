"""What the people who manage a company see of it, and what they do with it as a whole."""
