"""Proving that an address is one's own: the code in a mail, what waits for it, and what becomes of who never shows it.

Whether an address is known to us already is told in its mails only: docs/decisions has the page.
"""
