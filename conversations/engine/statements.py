"""The named SQL of the log, one text each for all who use it: commands, the writer, readers, tests.

`{s}` is empty for a tenant's own connection (its search_path has only its schema) and `"schema".` for the writer.
A stream row is locked by LOCK in its own statement, so that APPEND, which follows, sees all that was committed
while it waited: the guard and the check for repeats would otherwise look at an old snapshot.

Repeats are looked for by sender and client id, and the stream only filters: asked for as `e.stream = i.stream`, a plan
that was made while the table was small reads the whole stream for each event.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

OPEN_STREAMS = (
    "INSERT INTO {s}stream (id, seq, is_open, access) SELECT id, 0, true, 1 FROM unnest(%(streams)s::uuid[]) id"
)

ENSURE_STREAMS = OPEN_STREAMS + " ON CONFLICT DO NOTHING"

LOCK = "SELECT id FROM {s}stream WHERE id = ANY(%(streams)s::uuid[]) ORDER BY id FOR UPDATE"

MOVE_ACCESS = "UPDATE {s}stream SET access = access + 1 WHERE id = ANY(%(streams)s::uuid[])"

APPEND = """
WITH input AS (
    SELECT * FROM unnest(
        %(streams)s::uuid[], %(senders)s::uuid[], %(client_ids)s::text[],
        %(kinds)s::text[], %(bodies)s::text[], %(access)s::int[]
    ) WITH ORDINALITY AS i(stream, sender, client_id, kind, body, access, n)
), judged AS (
    SELECT i.n, i.stream, i.sender, i.client_id, i.kind, i.body::jsonb AS body, s.seq AS head,
           e.seq AS old_seq, e.position AS old_position, e.at AS old_at,
           CASE WHEN s.id IS NULL THEN 'missing'
                WHEN e.seq IS NOT NULL AND e.kind = i.kind
                    AND (e.body = i.body::jsonb OR e.body @> '{"replaced": true}') THEN 'repeat'
                WHEN e.seq IS NOT NULL THEN 'reused'
                WHEN NOT s.is_open THEN 'blocked'
                WHEN i.access IS NOT NULL AND i.access <> s.access THEN 'stale'
                ELSE 'new' END AS verdict
    FROM input i
    LEFT JOIN {s}stream s ON s.id = i.stream
    LEFT JOIN {s}event e
        ON e.sender = i.sender AND e.client_id = i.client_id AND e.stream IS NOT DISTINCT FROM i.stream
), fresh AS (
    SELECT n, stream, sender, client_id, kind, body,
           head + row_number() OVER (PARTITION BY stream ORDER BY n) AS seq,
           row_number() OVER (ORDER BY n) AS k, count(*) OVER () AS total
    FROM judged WHERE verdict = 'new'
), head AS (
    SELECT public.take_positions((SELECT count(*)::integer FROM fresh), %(schema)s) AS position
    WHERE EXISTS (SELECT 1 FROM fresh)
), moved AS (
    UPDATE {s}stream s SET seq = f.seq
    FROM (SELECT stream, max(seq) AS seq FROM fresh GROUP BY stream) f WHERE s.id = f.stream
), written AS (
    INSERT INTO {s}event (stream, seq, position, kind, sender, client_id, body, at)
    SELECT stream, seq, head.position - total + k, kind, sender, client_id, body, %(at)s::timestamptz
    FROM fresh, head
)
SELECT n, 'new' AS verdict, seq, head.position - total + k AS position, %(at)s::timestamptz AS at FROM fresh, head
UNION ALL
SELECT n, verdict, old_seq, old_position, old_at FROM judged WHERE verdict <> 'new'
ORDER BY n
"""

# One event of a sender who has named it, where nothing speaks against it; else, and where a step of the read models
# touches no row, no row is answered and APPEND must judge. It takes the stream's row itself: what was committed while
# it waited for that is seen by the row's own conditions and by the unique index, if not by the check for repeats.
_APPEND_ONE = """
WITH moved AS (
    UPDATE {s}stream SET seq = seq + 1
    WHERE id = %(stream)s::uuid AND is_open AND (%(access)s::int IS NULL OR access = %(access)s::int)
        AND NOT EXISTS (
            SELECT 1 FROM {s}event e
            WHERE e.sender = %(sender)s::uuid AND e.client_id = %(client_id)s::text AND e.stream = %(stream)s::uuid)
    RETURNING seq
), head AS (
    SELECT seq, public.take_positions(1, %(schema)s::text) AS position FROM moved
), written AS (
    INSERT INTO {s}event (stream, seq, position, kind, sender, client_id, body, at)
    SELECT %(stream)s::uuid, seq, position, %(kind)s::text, %(sender)s::uuid, %(client_id)s::text,
        %(body)s::text::jsonb, %(at)s::timestamptz FROM head
    RETURNING seq, position, kind, body, at
)<steps>
SELECT 1 AS n, 'new' AS verdict, seq, position, at FROM written WHERE <taken>
"""

# Several events of senders who have named them, where nothing speaks against any: all are written or none. LOCK has run
# before. `places` are their streams' among %(streams)s (sorted, each once), `offsets` count them in their stream; what
# each got follows from the one row that is answered, with the position and the seqs before. No row: as above.
_APPEND_FRESH = """
WITH input AS (
    SELECT * FROM unnest(
        %(places)s::int[], %(offsets)s::int[], %(senders)s::uuid[], %(client_ids)s::text[],
        %(kinds)s::text[], %(bodies)s::text[]
    ) WITH ORDINALITY AS i(place, after, sender, client_id, kind, body, n)
), ready AS (
    SELECT %(streams)s::uuid[] AS ids, array_agg(seq ORDER BY id) AS seqs
    FROM {s}stream WHERE id = ANY(%(streams)s::uuid[])
    HAVING count(*) = cardinality(%(streams)s::uuid[]) AND bool_and(
        is_open AND coalesce(access = (%(access)s::int[])[array_position(%(streams)s::uuid[], id)], true))
), head AS (
    SELECT ids, seqs, public.take_positions(%(total)s::int, %(schema)s::text) - %(total)s::int AS position
    FROM ready WHERE NOT EXISTS (
        SELECT 1 FROM input i, {s}event e
        WHERE e.sender = i.sender AND e.client_id = i.client_id AND e.stream = ids[i.place])
), moved AS (
    UPDATE {s}stream s SET seq = s.seq + c.count
    FROM head, unnest(ids, %(counts)s::int[]) AS c(id, count) WHERE s.id = c.id
), written AS (
    INSERT INTO {s}event (stream, seq, position, kind, sender, client_id, body, at)
    SELECT ids[place], seqs[place] + after, position + n, kind, sender, client_id, body::jsonb, %(at)s::timestamptz
    FROM head, input
    RETURNING stream, seq, position, kind, body, at
)<steps>
SELECT position, seqs FROM head WHERE <taken>
"""

# The tenant's role may change no event; the function blanks what it is told to, of the caller's own tenant.
ERASE = "SELECT public.erase_events(%(streams)s::uuid[], %(personal)s::jsonb)"

REPLACE = "SELECT public.replace_event(%(stream)s::uuid, %(seq)s::bigint, %(fields)s::text[])"

CLOSE = "UPDATE {s}stream SET is_open = false, access = access + 1 WHERE id = ANY(%(streams)s::uuid[])"

FIND_CLOSED = "SELECT id FROM {s}stream WHERE id = ANY(%(subjects)s::uuid[]) AND NOT is_open"

READ_STREAM = """
SELECT stream, seq, position, kind, sender, client_id, body, at FROM {s}event
WHERE stream = %(stream)s AND seq > %(after)s ORDER BY seq LIMIT %(limit)s
"""

READ_TENANT = """
SELECT stream, seq, position, kind, sender, client_id, body, at FROM {s}event
WHERE position > %(after)s ORDER BY position LIMIT %(limit)s
"""

READ_KINDS = """
SELECT stream, seq, position, kind, sender, client_id, body, at FROM {s}event
WHERE position > %(after)s AND position <= %(until)s AND kind = ANY(%(kinds)s) ORDER BY position LIMIT %(limit)s
"""

# A page of the feed, in one statement, so that all of it is as of one moment: where the log begins and ends, and beside
# each row of the page, if there is any, the same again. Of a log that was cut to nothing only its head is known.
READ_FEED = """
SELECT b.first, b.head, e.stream, e.seq, e.position, e.kind, e.sender, e.client_id, e.body, e.at
FROM (SELECT public.head_position() AS head, (SELECT min(position) FROM {s}event) AS first) b
LEFT JOIN LATERAL (
    SELECT * FROM {s}event
    WHERE position > %(after)s AND position <= least(b.head, %(after)s::bigint + %(span)s) AND kind = ANY(%(kinds)s)
    ORDER BY position LIMIT %(limit)s
) e ON true
ORDER BY e.position
"""

# What kinds of events there are, without what they say.
READ_WHAT = """
SELECT kind, position FROM {s}event WHERE position > %(after)s AND position <= %(until)s
"""

# One row at least, without a name if none of these readers has ever read: how far the log is, is asked with it.
FIND_READERS = """
SELECT r.reader, r.position, r.retry_at, h.position
FROM (SELECT public.head_position() AS position) h
LEFT JOIN {s}reader_cursor r ON r.reader = ANY(%(readers)s)
"""

HOLD_READER = """
SELECT position, retry_at, public.head_position() FROM {s}reader_cursor WHERE reader = %(reader)s
FOR UPDATE SKIP LOCKED
"""

MOVE_READER = """
UPDATE {s}reader_cursor SET position = %(position)s, failures = 0, retry_at = NULL, error = '', moved_at = %(now)s
WHERE reader = %(reader)s
"""

# Nothing up to there is for them. Whoever is held is being moved on by somebody else.
MOVE_READERS = """
UPDATE {s}reader_cursor SET position = greatest(position, %(until)s), moved_at = %(now)s
WHERE reader IN (SELECT reader FROM {s}reader_cursor WHERE reader = ANY(%(readers)s) FOR UPDATE SKIP LOCKED)
"""

READ_AT = """
SELECT stream, seq, position, kind, sender, client_id, body, at FROM {s}event WHERE position = ANY(%(positions)s)
"""

HEAD = "SELECT public.head_position(%(schema)s)"

SOME_HEADS = "SELECT schema, position FROM public.heads WHERE schema = ANY(%(schemas)s)"

HEADS_AFTER = """
SELECT schema, position, due_at IS NOT NULL AND due_at <= %(now)s FROM public.heads WHERE position > 0 AND NOT closed
"""

NEXT_DUE = "SELECT min(due_at) FROM public.heads WHERE due_at IS NOT NULL AND NOT closed"

# Whoever holds the head sees every time that anybody has set before, and sets the next one.
HOLD_HEAD = "SELECT public.take_positions(0, NULL)"

SET_DUE = "SELECT public.set_due(%(due)s, %(exactly)s)"

NOTIFY = "SELECT pg_notify('yunke', %(payload)s)"


def append_one(*, steps: Sequence[str]) -> str:
    """Answer the text that appends one event and takes these steps of read models with it."""
    return _with_steps(_APPEND_ONE, steps, "EXISTS (TABLE {step})")


def append_fresh(*, strides: Sequence[str]) -> str:
    """Answer the text that appends several events and takes these strides of read models with them."""
    return _with_steps(_APPEND_FRESH, strides, "(SELECT count(*) FROM {step}) = cardinality(ids)")


def _with_steps(text: str, steps: Sequence[str], is_taken: str) -> str:
    parts = [f", step_{n} AS ({step.strip()} RETURNING 1)" for n, step in enumerate(steps)]
    taken = " AND ".join(is_taken.format(step=f"step_{n}") for n, _ in enumerate(steps))
    return text.replace("<steps>", "".join(parts)).replace("<taken>", taken or "true")


_SCHEMA = re.compile(r"[a-z0-9_]{1,63}\Z")


@lru_cache(maxsize=4096)
def qualified(sql: str, schema: str = "") -> str:
    """Answer the text for one schema; without one, for the connection's own search_path."""
    if schema and not _SCHEMA.match(schema):
        raise ValueError(f"not a schema name: {schema!r}")
    return sql.replace("{s}", f'"{schema}".' if schema else "")
