"""The challenge: an address gets events only after its server has shown that it wants them and knows the secret's use.

It is sent a signed request with a random word and has to answer that word, which nobody does by accident.
"""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from conversations.engine import log
from conversations.threads.actors import Actor
from integrations.webhooks import payload
from integrations.webhooks.commands import check_manages, note
from integrations.webhooks.models import Endpoint
from integrations.webhooks.queries import get_endpoint, get_target
from integrations.webhooks.rules.signing import sign
from tenants.database.models import new_id
from tenants.outbound import Fetched, fetch
from tenants.outgoing.moments import call_by
from tenants.refusals import Refusal

JSON: Final = "application/json"
_LONGEST_ANSWER: Final = 1000


class NotProved(Refusal):
    """The server did not answer the challenge: a status of 2xx, and the word itself or {"challenge": the word}."""

    code = "not_proved"
    status = 422


class AddressChanged(Refusal):
    """The address was changed meanwhile; ask again."""

    code = "address_changed"
    status = 409


def prove(*, endpoint: UUID, by: Actor, now: datetime) -> Endpoint:
    """Send the challenge; where it is answered, let events go there. Waits for the server, outside of transactions.

    The first time, what happens from now on is told. Raises NotAllowed, NotFound, NotProved or an OutboundRefused.
    """
    check_manages(by=by)
    row = get_endpoint(endpoint=endpoint)
    word, id_ = secrets.token_urlsafe(24), new_id()
    target = get_target(endpoint=row, now=now)
    body = payload.write_challenge(id_=id_, at=now, challenge=word)
    headers = {**target.headers, "Content-Type": JSON, **sign(secrets=target.secrets, id_=str(id_), at=now, body=body)}
    answer = fetch(url=target.url, method="POST", headers=headers, body=body)
    if not is_answered(answer=answer, word=word):
        raise NotProved
    return _note_proof(endpoint, target.url, by, now)


def is_answered(*, answer: Fetched, word: str) -> bool:
    """Tell whether an answer says the word, and nothing else."""
    if not 200 <= answer.status < 300 or len(answer.body) > _LONGEST_ANSWER:  # HTTP's own border
        return False
    try:
        said = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = answer.body.decode("utf-8", "replace").strip()
    return (said.get("challenge") if isinstance(said, dict) else said) == word


def _note_proof(endpoint: UUID, url: str, by: Actor, now: datetime) -> Endpoint:
    with transaction.atomic():
        row = get_endpoint(endpoint=endpoint, lock=True)
        if row.url != url:
            raise AddressChanged
        row.proved_at = now
        note(action="webhook.proved", row=row, by=by, now=now)
        if row.since is None:
            row.since = log.get_position()  # its own, so that a reader who does not see it yet passes nothing after it
        row.save(update_fields=["proved_at", "since"])
        call_by(due=now, wake=True)
    return row
