"""A child process that takes a partner's call and is killed with SIGKILL at a named point. Run by test_call_killed.

`python -m tests.guarantees.calling <point> <host> <path> <secret> <id> <body>`: the child wraps the product's own
functions from outside.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import django

from tests.guarantees.killing import kill_me

# Point -> (module, function, whether to die before or after it has done its work).
POINTS: Final[dict[str, tuple[str, str, str]]] = {
    "not begun": ("integrations.inbound.taking", "run_in_transaction", "before"),
    "the contact held": ("conversations.channels.incoming.commands", "write_down", "before"),
    "the conversation started": ("conversations.channels.incoming.commands", "post_message", "before"),
    "all done, not remembered": ("integrations.inbound.taking", "_do", "after"),
    "remembered, not committed": ("integrations.inbound.taking", "run_in_transaction", "after"),
    "committed, not answered": ("integrations.inbound.api", "take", "after"),
}


def main(point: str, host: str, path: str, secret: str, id_: str, body: str) -> None:
    """Take the call and be killed."""
    django.setup()
    from tests.signing import Partner  # noqa: PLC0415 # only after django.setup()

    module, function, when = POINTS[point]
    owner = import_module(module)
    setattr(owner, function, _wrapped(getattr(owner, function), when))
    client = Partner(secret=secret, headers={"host": host})
    client.post(path, body, content_type="application/json", headers={"webhook-id": id_})


def _wrapped(real: Callable[..., Any], when: str) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            kill_me()
        real(*args, **kwargs)
        kill_me()

    return run


if __name__ == "__main__":
    main(*sys.argv[1:])
