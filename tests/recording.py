"""Records an event of each kind while tests make them: the examples of the payload catalogue (docs/webhooks.json).

`./dev test -p tests.recording -n0 tests/apps/threads tests/apps/desk tests/apps/contacts tests/apps/tickets
tests/apps/presence tests/apps/access tests/contracts/test_openapi.py`; then `./dev manage catalogues`. What commands
have recorded is taken as it is, the fullest of each kind; of kinds that did not happen the example stays.
"""

import json
from functools import wraps
from typing import Any, Final

import msgspec

LONGEST: Final = 1500
_found: dict[str, Any] = {}


def pytest_configure() -> None:
    """Listen to what is appended."""
    from conversations.engine import log  # noqa: PLC0415 - Django is set up by now

    append = log.append

    @wraps(append)
    def listening(**said: Any) -> Any:
        recorded = append(**said)
        for event in recorded:
            if _worth(event) > _worth(_found.get(event.kind)):
                _found[event.kind] = event
        return recorded

    log.append = listening


def pytest_sessionfinish() -> None:
    """Write what was found, in the envelope of webhooks, beside the examples of other kinds."""
    from conversations.engine.events import get_kinds  # noqa: PLC0415 - as above
    from integrations.webhooks import payload  # noqa: PLC0415 - as above
    from integrations.webhooks.catalogue import EXAMPLES  # noqa: PLC0415 - as above
    from tenants.database.models import new_id  # noqa: PLC0415 - as above

    known = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.exists() else {}
    for kind, event in _found.items():
        if kind in get_kinds():
            known[kind] = msgspec.json.decode(payload.write(id_=new_id(), event=event, personal=True))
    text = json.dumps({kind: known[kind] for kind in sorted(known)}, indent=1, ensure_ascii=False)
    EXAMPLES.write_text(text + "\n", encoding="utf-8")


def _worth(event: Any) -> int:
    """Answer how many fields say something; what is too long is no example."""
    if event is None or len(msgspec.json.encode(event.body)) > LONGEST:
        return 0
    return 1 + sum(value not in (None, "", [], {}) for value in event.body.values())
