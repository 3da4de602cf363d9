"""Macros: what rules do, done by hand; the definition kind `macro`."""
