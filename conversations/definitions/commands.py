"""Publishing definitions."""

from datetime import datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from conversations.definitions.kinds import check_body
from conversations.definitions.models import Definition
from conversations.definitions.queries import find_definition
from tenants.refusals import Refusal


class DefinitionChanged(Refusal):
    """Somebody else published a newer version meanwhile; look at it and try again."""

    code = "conflict"
    status = 409


def publish(*, kind: str, key: str, body: dict[str, Any], now: datetime) -> Definition:
    """Put a new version of a document in force; the same body as before changes nothing.

    Raises Invalid for a body that does not fit, DefinitionChanged when two publish at once.
    """
    # As it will be read: a tuple comes back as a list.
    typed = msgspec.json.decode(msgspec.json.encode(check_body(kind=kind, body=body)))
    last = find_definition(kind=kind, key=key)
    if last is not None and last.body == typed:
        return last
    version = 1 if last is None else last.version + 1
    try:
        with transaction.atomic():
            return Definition.objects.create(kind=kind, key=key, version=version, body=typed, published_at=now)
    except IntegrityError as error:
        raise DefinitionChanged from error
