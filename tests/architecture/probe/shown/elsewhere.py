"""Kinds of credentials that need more than being shown once to an HTTP server, and the checks that try them."""

from collections.abc import Callable
from typing import Any, Final

from tests.architecture.probe.live.checks import check_tickets
from tests.architecture.probe.rest.checks import check_cursors

ELSEWHERE: Final[dict[str, Callable[..., Any]]] = {
    "live ticket": check_tickets,
    "resume token": check_tickets,
    "cursor": check_cursors,
}
