"""Rules: what two hundred of them cost an event that none of them follows, in the reader and in asking alone."""

import time
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from conversations.automation.in_force import read_in_force
from conversations.automation.reactions import RULES
from conversations.automation.seeing import look_at
from conversations.definitions.commands import publish
from conversations.engine import log
from conversations.engine.readers import Progress, run_readers
from conversations.threads.events import MessagePosted
from tenants.context import TenantRef, tenant_context
from tests.benchmarks import stage
from tests.benchmarks.bench import Bench
from tests.shop import Shop

COUNT: Final = 200
EVENTS: Final = 1000


def measure(bench: Bench) -> dict[str, object]:
    """Answer milliseconds an event, of the reader and of asking alone, with one rule and with two hundred."""
    count = EVENTS // (5 if bench.quick else 1)
    found: dict[str, object] = {"rules": COUNT, "events": count}
    for name, rules in (("one", 1), ("all", COUNT)):
        bench.say(f"rules: {rules}")
        tenant = stage.open_tenant()
        shop = Shop(tenant=tenant)
        with tenant_context(tenant):
            for n in range(rules):
                publish(kind="rule", key=f"r{n}", body=_body(n), now=datetime.now(UTC))
            while run_readers(readers=[RULES], now=datetime.now(UTC)) is Progress.MORE:
                pass
        guest = shop.welcome()
        for n in range(count):
            shop.say(guest.conversation, guest.actor, f"Where is parcel {n}, please?")
        found[name] = {"reader_ms": round(_read(tenant, count), 4), "asking_ms": round(_ask(tenant), 4)}
    return found


def _body(n: int) -> dict[str, Any]:
    """Answer a rule of several nested questions, the last of which is not so."""
    condition = {
        "all": [
            {"field": "event.text", "op": "contains", "value": "parcel"},
            {
                "any": [
                    {"field": "conversation.priority", "op": "at_least", "value": "high"},
                    {"field": "conversation.status", "op": "is", "value": "open"},
                ]
            },
            {"field": "contact.name", "op": "is_not", "value": f"Nobody {n}"},
            {"field": "conversation.tags", "op": "contains", "value": f"tag {n}"},
        ]
    }
    actions = [{"do": "set_priority", "priority": "urgent"}]
    return {"name": f"R{n}", "order": n, "when": {"event": "message.received"}, "if": condition, "actions": actions}


def _read(tenant: TenantRef, count: int) -> float:
    """Answer what an event costs the reader that follows rules, everything that it asks the database included."""
    with tenant_context(tenant):
        began = time.perf_counter()
        while run_readers(readers=[RULES], now=datetime.now(UTC)) is Progress.MORE:
            pass
        return (time.perf_counter() - began) * 1000 / count


def _ask(tenant: TenantRef) -> float:
    """Answer what it costs to ask all rules about one event, as the median of many times."""
    took = []
    with tenant_context(tenant):
        kinds = [MessagePosted.kind]
        (event, *_) = log.read_kinds(kinds=kinds, after=0, until=log.get_position(), limit=1)
        rules = read_in_force().book.following(event=event)
        for _ in range(200):
            scene = look_at(event=event, subject="conversation", now=event.at)
            scene.see("conversation.status"), scene.see("contact.name")
            began = time.perf_counter()
            holds = [rule.holds(scene) for rule in rules]
            took.append((time.perf_counter() - began) * 1000)
            if any(holds):
                raise AssertionError("none of them is to follow")
    return median(took)
