"""Finding contacts by words: their name, what they are known by, and their attributes."""
