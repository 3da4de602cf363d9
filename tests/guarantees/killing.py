"""A child process that signs a company up and is killed with SIGKILL at a named point. Run by test_sign_up_killed.

`python -m tests.guarantees.killing <point> <slug>`; or FILLING and a number: it fills the pool of ready schemas with so
many, and is killed in the middle of the batch. Nothing in the product knows of these points; the child wraps the
product's own functions from outside.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, Never

import django

Stop = Callable[[], None]


def kill_me() -> Never:
    """Die as a process dies whose machine loses power: nothing is unwound."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


# Point -> (module, function, whether to stop before or after it has done its work).
POINTS: Final[dict[str, tuple[str, str, str]]] = {
    "the company written, not committed": ("tenants.provisioning.commands", "_write", "after"),
    "reserved": ("tenants.provisioning.steps", "advance", "before"),
    "role and schema made": ("tenants.provisioning.steps", "create_schema", "after"),
    "schema filled": ("tenants.provisioning.steps", "clone_template", "after"),
    "cloned": ("tenants.provisioning.steps", "furnish", "before"),
    "furnishing": ("config.wiring", "furnish", "after"),
    "furnished, not said": ("tenants.provisioning.steps", "_move", "before"),
    "furnished": ("tenants.provisioning.steps", "activate", "before"),
    "active": ("tenants.provisioning.steps", "activate", "after"),
}


@contextmanager
def stopping_at(point: str, *, stop: Stop) -> Iterator[None]:
    """Call `stop` when the sign-up comes to the point."""
    from importlib import import_module  # noqa: PLC0415 # only after django.setup()

    from tenants.provisioning import steps  # noqa: PLC0415 # only after django.setup()

    module_name, function, when = POINTS[point]
    module = import_module(module_name)
    real = getattr(module, function)
    wrapped = _wrapped(real, stop=stop, when=when)
    table: dict[Any, Any] = dict(steps.STEPS)
    setattr(module, function, wrapped)
    steps.STEPS.update({state: wrapped for state, step in table.items() if step is real})
    try:
        yield
    finally:
        setattr(module, function, real)
        steps.STEPS.update(table)


def _wrapped(real: Callable[..., Any], *, stop: Stop, when: str) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            stop()
        result = real(*args, **kwargs)
        if when == "after":
            stop()
        return result

    return run


FILLING: Final = "filling the pool"


def fill_and_die(wanted: int) -> None:
    """Fill the pool until a batch is half done."""
    from django.conf import settings  # noqa: PLC0415 # only after django.setup()

    from tenants.database.clone import Blueprint  # noqa: PLC0415 # only after django.setup()
    from tenants.provisioning.ready import refill  # noqa: PLC0415 # only after django.setup()

    real, left = Blueprint.script_for, [wanted // 2]

    def script_for(self: Blueprint, *, role: str) -> str:
        left[0] -= 1
        return real(self, role=role) if left[0] >= 0 else kill_me()

    Blueprint.script_for = script_for  # type: ignore[method-assign] # from outside: the product knows nothing of it
    settings.YUNKE_READY_SCHEMAS = wanted
    refill(now=datetime(2026, 1, 1, tzinfo=UTC))


def main(point: str, slug: str) -> None:
    """Sign up and be killed."""
    django.setup()
    if point == FILLING:
        fill_and_die(int(slug))
        return
    from tenants.provisioning import sign_up  # noqa: PLC0415 # only after django.setup()

    with stopping_at(point, stop=kill_me):
        email, password = f"{slug}@example.com", "correct horse 9 battery"
        sign_up(name="Acme", slug=slug, email=email, password=password, now=datetime.now(UTC))


if __name__ == "__main__":
    main(*sys.argv[1:])
