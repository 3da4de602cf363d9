"""Codes in mails: who shows one reads the mails of the address that it was sent to. Kept as hashes only."""

import hashlib
import secrets


def new_code() -> str:
    """Draw a code of 256 bits."""
    return secrets.token_urlsafe(32)


def hash_code(*, code: str) -> str:
    """Answer what is stored of a code: it is random enough that a plain hash cannot be turned back."""
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()
