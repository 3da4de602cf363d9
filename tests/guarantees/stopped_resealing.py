"""A child process that reseals and is killed with SIGKILL after so many texts. Run by test_resealing_killed.

`python -m tests.guarantees.stopped_resealing <count>`: the child wraps the product's own function from outside.
"""

import sys
from typing import Any

import django

from tests.guarantees.killing import kill_me


def main(count: str) -> None:
    """Reseal a few rows in each transaction, and be killed."""
    django.setup()
    from tenants import resealing  # noqa: PLC0415 # only after django.setup()

    real, left = vars(resealing)["seal"], [int(count)]

    def seal(**said: Any) -> str:
        left[0] -= 1
        if left[0] < 0:
            kill_me()
        sealed: str = real(**said)
        return sealed

    vars(resealing).update(seal=seal, AT_ONCE=3)  # a small page, so that some are committed
    resealing.reseal_all()


if __name__ == "__main__":
    main(*sys.argv[1:])
