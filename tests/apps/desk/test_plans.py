"""How PostgreSQL finds what the wall and the router count: by indexes of what goes on, not among all that is done."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.desk import queries, states
from tenants.context import tenant_context
from tests.apps.desk.floor import Floor
from tests.apps.threads.test_plans import _read, _steps

ROWS: Final = 20_000
# One in a hundred waits, another is with an agent, a third has company; all others are done, a tenth of them by Ada.
CONTACT: Final = "INSERT INTO contact (id, name, created_at) VALUES (%(contact)s, 'x', now())"
CONVERSATIONS: Final = """
INSERT INTO conversation (id, contact_id, inbox, status, status_seq, assignee, started_at, last_at, last_text,
    last_author, public_seq, staff_seq, unread, contact_read_seq, member_read_seq)
SELECT gen_random_uuid(), %(contact)s, 'a', CASE WHEN n %% 100 < 3 THEN 'open' ELSE 'resolved' END, 1,
    CASE WHEN n %% 100 BETWEEN 1 AND 2 THEN %(ada)s ELSE NULL END, now() - n * interval '1 minute', now(), 'x',
    'contact', 1, 0, 0, 0, 0
FROM generate_series(1, %(rows)s) n
"""
WORK: Final = """
INSERT INTO work (id, state, queue, channel, ahead_s, rank, queued_at, entered_at, since, member, attempt, asked, path,
    handed_at, step, public_seq, staff_seq, joined)
SELECT id, CASE WHEN n = 0 THEN 'waiting' WHEN n < 3 THEN 'assigned' ELSE 'done' END, 'help', 'webchat', 0, started_at,
    started_at, started_at, started_at, CASE WHEN n BETWEEN 1 AND 2 OR n %% 10 = 3 THEN %(ada)s ELSE NULL END, 0, '{}',
    '{help}', CASE WHEN n > 0 THEN started_at ELSE NULL END, 0, 1, 1,
    CASE WHEN n = 2 THEN ARRAY[%(bea)s]::uuid[] ELSE '{}'::uuid[] END
FROM (SELECT id, started_at, (row_number() OVER (ORDER BY started_at DESC)) %% 100 n FROM conversation) c
"""


def fill(floor: Floor, ada: UUID, bea: UUID) -> None:
    said: dict[str, Any] = {"rows": ROWS, "ada": ada, "bea": bea, "contact": UUID(int=2)}
    with psycopg.connect(settings.YUNKE_DATABASE_DSN, autocommit=True) as own:
        own.execute(f"SET search_path TO {floor.shop.tenant.schema}")
        for statement in (CONTACT, CONVERSATIONS, WORK):
            own.execute(statement, said)
        own.execute("ANALYZE contact, conversation, work")


def test_what_is_counted_is_not_looked_for_among_what_is_done(floor: Floor) -> None:
    floor.open()
    ada, bea = floor.agent(name="Ada"), floor.agent(name="Bea")
    fill(floor, ada.id, bea.id)
    with tenant_context(floor.shop.tenant):
        with CaptureQueriesContext(connection) as asked:
            (queue,) = states.get_queues(now=datetime.now(UTC))
            assert queries.find_company(member=bea.id)
        said = [query["sql"] for query in asked.captured_queries if "FROM work" in (query["sql"] or "")]
        read = {sql: _most_read(sql) for sql in said}
    assert queue.waiting == ROWS / 100
    loads = {agent.name: agent.load for agent in queue.agents}
    assert (loads["Ada"], loads["Bea"]) == (ROWS / 50, ROWS / 100)
    assert len(read) == 5
    assert {sql: rows for sql, rows in read.items() if rows > ROWS / 10} == {}


def _most_read(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql.replace("%", "%%"))
        ((plan,),) = cursor.fetchall()
    return max(_read(step) for step in _steps(plan[0]["Plan"]))
