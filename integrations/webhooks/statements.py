"""The named SQL of deliveries, run as the tenant. Moments are the application's clock, as everywhere in the log."""

from typing import Final

# Of an event that has its delivery already (a replay made it) nothing is made.
MAKE: Final = """
INSERT INTO webhook_delivery (id, endpoint, position, kind, made_at, state, due_at, fence, attempts, tries)
SELECT id, endpoint, position, kind, %(now)s, 'waiting', %(now)s, 0, 0, '[]'::jsonb
FROM unnest(%(ids)s::uuid[], %(endpoints)s::uuid[], %(positions)s::bigint[], %(kinds)s::text[])
    AS made(id, endpoint, position, kind)
ON CONFLICT (endpoint, position) DO NOTHING
"""

# The same, but what was sent before is sent again, under its id; whoever sends it just now does not count any more.
MAKE_AGAIN: Final = MAKE.replace(
    "DO NOTHING",
    """DO UPDATE SET
    state = 'waiting', due_at = excluded.due_at, done_at = NULL, attempts = 0, fence = webhook_delivery.fence + 1
""",
)

AGAIN: Final = """
UPDATE webhook_delivery SET state = 'waiting', due_at = %(now)s, done_at = NULL, attempts = 0, fence = fence + 1
WHERE endpoint = %(endpoint)s AND id = %(id)s
"""

HEALTH: Final = """
SELECT count(*) FILTER (WHERE state = 'delivered'), count(*) FILTER (WHERE state = 'failed'),
    count(*) FILTER (WHERE state = 'waiting'), min(made_at) FILTER (WHERE state = 'waiting'),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY (tries -> -1 ->> 'ms')::int),
    percentile_disc(0.95) WITHIN GROUP (ORDER BY (tries -> -1 ->> 'ms')::int)
FROM (
    SELECT state, made_at, tries FROM webhook_delivery WHERE endpoint = %(endpoint)s AND id >= %(since)s
    ORDER BY id DESC LIMIT %(most)s
) w
"""

# Who is killed while sending has lost what it took by `lease`.
TAKE: Final = """
WITH taken AS (
    SELECT d.id FROM unnest(%(endpoints)s::uuid[], %(slots)s::int[]) AS e(id, slots)
    CROSS JOIN LATERAL (
        SELECT w.id FROM webhook_delivery w WHERE w.endpoint = e.id AND w.due_at <= %(now)s
        ORDER BY w.due_at LIMIT e.slots FOR UPDATE SKIP LOCKED
    ) d
)
UPDATE webhook_delivery w SET fence = w.fence + 1, due_at = %(lease)s FROM taken WHERE w.id = taken.id
RETURNING w.id, w.endpoint, w.position, w.made_at, w.fence, w.attempts
"""

# Only the result of whoever took it last counts.
FINISH: Final = """
UPDATE webhook_delivery w SET state = r.state, due_at = r.due_at, attempts = r.attempts,
    done_at = CASE WHEN r.state = 'waiting' THEN NULL ELSE %(now)s END,
    tries = (CASE WHEN jsonb_array_length(w.tries) >= %(kept)s THEN w.tries - 0 ELSE w.tries END)
        || jsonb_build_array(r.attempt::jsonb)
FROM unnest(%(ids)s::uuid[], %(fences)s::int[], %(states)s::text[], %(dues)s::timestamptz[], %(attempts)s::int[],
    %(tries)s::text[]) AS r(id, fence, state, due_at, attempts, attempt)
WHERE w.id = r.id AND w.fence = r.fence
RETURNING w.id
"""

# What was taken and not sent is due as it was, for whoever comes first.
GIVE_BACK: Final = """
UPDATE webhook_delivery w SET due_at = %(now)s FROM unnest(%(ids)s::uuid[], %(fences)s::int[]) AS r(id, fence)
WHERE w.id = r.id AND w.fence = r.fence
"""

# Endpoints that may be sent to, with what there is to know of them before something is taken.
SENDABLE: Final = "removed_at IS NULL AND proved_at IS NOT NULL AND paused_at IS NULL AND off_at IS NULL"

OPEN: Final = f"""
SELECT id, failures FROM webhook_endpoint
WHERE {SENDABLE} AND (rests_until IS NULL OR rests_until <= %(now)s)
"""  # noqa: S608 # a constant

NEXT: Final = f"""
SELECT min(greatest(d.due_at, e.rests_until)) FROM webhook_endpoint e
CROSS JOIN LATERAL (
    SELECT w.due_at FROM webhook_delivery w WHERE w.endpoint = e.id AND w.due_at IS NOT NULL ORDER BY w.due_at LIMIT 1
) d WHERE {SENDABLE} AND e.id <> ALL(%(besides)s::uuid[])
"""  # noqa: S608 # a constant

# Owners are told once; until then the tenant is looked at again.
UNTOLD: Final = """
SELECT id, url, off_why FROM webhook_endpoint
WHERE removed_at IS NULL AND off_at IS NOT NULL AND off_why <> '' AND told_at IS NULL
"""
