"""How PostgreSQL finds a page of a long list: by an index in the list's order, never by sorting all that there is."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.contacts import queries as contacts
from conversations.contacts.models import Contact
from conversations.threads import queries
from conversations.threads.models import ConversationRow
from tenants.context import tenant_context
from tenants.paging import Window
from tests.shop import Shop

ROWS: Final = 20_000
LIMIT: Final = 50
AGENT: Final = UUID(int=1)
BUSY: Final = UUID(int=2)
# A tenth of all is one contact's, an agent's, or open; a hundredth came through a second inbox. A tenth is tagged, and
# a few are in a way that the others are not. A hundredth of what is open is snoozed.
CONTACTS: Final = """
INSERT INTO contact (id, name, created_at, external_id, email, phone)
SELECT CASE n WHEN 1 THEN %(busy)s ELSE gen_random_uuid() END, 'x', now() - n * interval '1 minute',
    'e' || n %% 1000, 'Ada' || n %% 1000 || '@shop.example', '+' || n %% 1000
FROM generate_series(1, %(rows)s) n
"""
CONVERSATIONS: Final = """
INSERT INTO conversation (id, contact_id, inbox, status, status_seq, assignee, started_at, last_at, last_text,
    last_author, public_seq, staff_seq, unread, contact_read_seq, member_read_seq, tags, snoozed_seq)
SELECT gen_random_uuid(), CASE n %% 10 WHEN 3 THEN %(busy)s ELSE id END, CASE n %% 100 WHEN 0 THEN 'b' ELSE 'a' END,
    CASE n %% 10 WHEN 1 THEN 'open' ELSE 'resolved' END, 1, CASE n %% 10 WHEN 0 THEN %(agent)s END, now(),
    now() - n * interval '1 second', 'x', 'contact', 1, 0, 0, 0, 0,
    CASE n %% 10 WHEN 5 THEN CASE n %% 1000 WHEN 5 THEN '{often,rare}' ELSE '{often}' END ELSE '{}' END::text[],
    CASE n %% 1000 WHEN 1 THEN 1 END
FROM (SELECT id, row_number() OVER () n FROM contact) contacts
"""


@pytest.fixture
def long(shop: Shop) -> Iterator[None]:
    """Let there be as many contacts and conversations, and PostgreSQL know it."""
    schema = shop.tenant.schema
    with psycopg.connect(settings.YUNKE_DATABASE_DSN, autocommit=True) as own:
        own.execute(f"SET search_path TO {schema}")
        for statement in (CONTACTS, CONVERSATIONS):
            own.execute(statement, {"rows": ROWS, "busy": BUSY, "agent": AGENT})
        own.execute("ANALYZE contact, conversation")
    with tenant_context(shop.tenant):
        yield


def most_read(ask: Callable[[], object]) -> int:
    """Answer how many rows one step of the plan of a list has looked at, at most."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    (statement,) = [said["sql"] for said in asked.captured_queries if "ORDER BY" in (said["sql"] or "")]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + statement.replace("%", "%%"))
        ((plan,),) = cursor.fetchall()
    return max(_read(step) for step in _steps(plan[0]["Plan"]))


def _steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for below in step.get("Plans", []):
        yield from _steps(below)


def _read(step: dict[str, Any]) -> int:
    return int(step["Actual Loops"] * (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)))


BY: Final[dict[str, dict[str, Any]]] = {
    "nothing": {},
    "contact": {"contact": BUSY},
    "inbox": {"inbox": "a"},
    "small inbox": {"inbox": "b"},
    "no inbox": {"inbox": "c"},
    "status in inbox": {"inbox": "a", "status": "open"},
    "status of contact": {"contact": BUSY, "status": "resolved"},
    "tag": {"tag": "often"},
    "rare tag": {"tag": "rare"},
    "no such tag": {"tag": "never"},
    "snoozed": {"status": "open", "snoozed": True},
    "not snoozed": {"status": "open", "snoozed": False},
    "agent in inbox": {"inbox": "a", "assignee": AGENT},
}


KNOWN: Final[list[dict[str, Any]]] = [{}, {"email": "ada7@SHOP.example"}, {"external_id": "e7"}, {"phone": "+7"}]


@pytest.mark.usefixtures("long")
def test_no_page_reads_many_rows() -> None:
    for order in ("last_at", "-last_at"):
        for name, filters in BY.items():
            first = list_conversations(filters, order)
            places = [(row.last_at.isoformat(), str(row.id)) for row in first[-1:]]
            for place in [(), *places]:
                assert most_read(partial(list_conversations, filters, order, place)) <= ROWS / 20, (name, order, place)
    for known in KNOWN:
        assert list_contacts(known)
        assert most_read(partial(list_contacts, known)) <= LIMIT + 1, known


def list_conversations(filters: dict[str, Any], order: Any, place: tuple[str, ...] = ()) -> list[ConversationRow]:
    window = Window("x", LIMIT, place=place)
    return queries.get_page(filters=queries.Filters(**filters), window=window, order=order)[0].rows


def list_contacts(known: dict[str, Any]) -> list[Contact]:
    filters = contacts.Filters(**known)
    return contacts.get_page(filters=filters, window=Window("x", LIMIT), order="created_at").rows
