"""How passwords are kept: argon2id with the cost OWASP asks for, which is a tenth of the time of Django's default."""

import threading
from typing import Final

from django.contrib.auth.hashers import Argon2PasswordHasher

_AT_ONCE: Final = threading.BoundedSemaphore(4)


class Argon2id(Argon2PasswordHasher):
    """argon2id, 19 MiB, 2 passes, 1 lane."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash, a few at a time: each takes 19 MiB, and a crowd that signs in must not take them all at once."""
        with _AT_ONCE:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Check, likewise."""
        with _AT_ONCE:
            return super().verify(password, encoded)
