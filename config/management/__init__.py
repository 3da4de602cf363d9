"""Commands that start processes: they need the whole composition, so they live beside it."""
