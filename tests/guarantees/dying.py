"""A child process that deletes what is due and is killed with SIGKILL at a named point. Run by test_deletion_killed.

`python -m tests.guarantees.dying <point> <now>`: the child wraps the product's own functions from outside.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import django

from tests.guarantees.killing import kill_me

# Point -> (function of tenants.provisioning.deletion, whether to stop before or after it has done its work).
POINTS: Final[dict[str, tuple[str, str]]] = {
    "due": ("drop_files", "before"),
    "files deleted": ("drop_files", "after"),
    "people found": ("_find_lonely", "after"),
    "schema and role dropped": ("drop_schema", "after"),
    "tombstone left": ("_leave_tombstone", "after"),
    "rows deleted": ("_delete_rows", "after"),
    "all done, not committed": ("say_tenant_changed", "after"),
    "gone": ("_delete", "after"),
}


@contextmanager
def stopping_at(point: str, *, stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` when the deletion comes to the point."""
    from tenants.provisioning import deletion  # noqa: PLC0415 # only after django.setup()

    function, when = POINTS[point]
    real = getattr(deletion, function)

    def run(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            stop()
        result = real(*args, **kwargs)
        if when == "after":
            stop()
        return result

    setattr(deletion, function, run)
    try:
        yield
    finally:
        setattr(deletion, function, real)


def main(point: str, now: str) -> None:
    """Delete and be killed."""
    django.setup()
    from tenants.provisioning.deletion import delete_due  # noqa: PLC0415 # only after django.setup()

    with stopping_at(point, stop=kill_me):
        delete_due(now=datetime.fromisoformat(now))


if __name__ == "__main__":
    main(*sys.argv[1:])
