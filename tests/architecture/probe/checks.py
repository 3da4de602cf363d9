"""What must hold, as functions: the tests ask them of the product as it is, the seeded leaks of a broken one.

Each raises Leak. They look from outside: at answers, frames, rows and sessions, never at how the product works.
"""


class Leak(AssertionError):
    """Something of one company was seen by, or changed for, another."""


def refuse(found: object, what: str) -> None:
    """Raise Leak if there is something."""
    if found:
        raise Leak(f"{what}: {found}")
