"""How facts become rows."""

from collections.abc import Sequence

from conversations.engine.events import Recorded
from conversations.presence.events import PresenceChanged
from conversations.presence.models import Presence


def apply(*, events: Sequence[Recorded]) -> None:
    """Bring the members' rows up to these events, which are in order; the caller holds their streams."""
    rows: dict[object, Presence] = {}
    for event in events:
        fact = event.fact()
        if isinstance(fact, PresenceChanged):
            rows[fact.member] = Presence(
                member=fact.member, state=fact.state, chosen=fact.chosen, reason=fact.reason, since=event.at
            )
    Presence.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["member"],
        update_fields=["state", "chosen", "reason", "since", "is_gone"],
    )
