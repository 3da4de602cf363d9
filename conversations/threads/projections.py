"""How facts become the conversation's row: by catching up from its own seqs, or by the steps of messages."""

from typing import Final

from conversations.engine.projections import Projection
from conversations.threads.events import MessagePosted

# A preview has 160 characters, and nobody counts more than 100 unread. `unread` is counted anew only when a member
# has read; otherwise new messages are added to it. How few events are news is what a planner cannot know, and then it
# reads whole streams: OFFSET 0 makes it look anew for each row, and it takes a range with two ends for a small one.
_CATCH_UP: Final = """
WITH news AS (
    SELECT c.id, e.seq, e.kind, e.body, e.at, false AS staff, c.member_read_seq AS had_read
    FROM {s}conversation c, LATERAL (
        SELECT seq, kind, body, at FROM {s}event
        WHERE stream = c.id AND seq > c.public_seq AND seq <= c.public_seq + 1000000000 OFFSET 0
    ) e
    WHERE c.id = ANY(%(subjects)s::uuid[])
    UNION ALL
    SELECT c.id, e.seq, e.kind, e.body, e.at, true, 0
    FROM unnest(%(subjects)s::uuid[], %(staff)s::uuid[]) pair(id, staff)
    JOIN {s}conversation c ON c.id = pair.id, LATERAL (
        SELECT seq, kind, body, at FROM {s}event
        WHERE stream = pair.staff AND seq > c.staff_seq AND seq <= c.staff_seq + 1000000000 OFFSET 0
    ) e
), folded AS (
    SELECT id,
        max(seq) FILTER (WHERE NOT staff) AS public_seq,
        max(seq) FILTER (WHERE staff) AS staff_seq,
        (array_agg(body ORDER BY seq DESC) FILTER (WHERE kind = 'message.posted.v1'))[1] AS message,
        (array_agg(coalesce(body->>'text', '') ORDER BY seq DESC) FILTER (WHERE kind = 'message.posted.v1'
            OR kind IN ('message.edited.v1', 'message.recalled.v1') AND body @> '{"is_last": true}'))[1] AS text,
        (array_agg(at ORDER BY seq DESC)
            FILTER (WHERE kind IN ('message.posted.v1', 'conversation.started.v1')))[1] AS last_at,
        count(*) FILTER (WHERE kind = 'message.posted.v1' AND body->>'author' = 'contact' AND seq > had_read) AS asked,
        max((body->>'seq')::bigint)
            FILTER (WHERE kind = 'conversation.read.v1' AND body->>'by' = 'contact') AS contact_read,
        max((body->>'seq')::bigint)
            FILTER (WHERE kind = 'conversation.read.v1' AND body->>'by' = 'member') AS member_read,
        (array_agg(kind ORDER BY seq DESC) FILTER (WHERE kind IN
            ('conversation.started.v1', 'conversation.resolved.v1', 'conversation.reopened.v1')))[1] AS status,
        max(seq) FILTER (WHERE kind IN
            ('conversation.started.v1', 'conversation.resolved.v1', 'conversation.reopened.v1')) AS status_seq,
        (array_agg(body ORDER BY seq DESC) FILTER (WHERE kind = 'conversation.assigned.v1'))[1] AS assigned,
        (array_agg(body ORDER BY seq DESC) FILTER (WHERE kind = 'conversation.tagged.v1'))[1] AS tagged,
        (array_agg(body ORDER BY seq DESC) FILTER (WHERE kind = 'conversation.prioritized.v1'))[1] AS prioritized,
        (array_agg(body ORDER BY seq DESC) FILTER (WHERE kind IN
            ('conversation.snoozed.v1', 'conversation.woken.v1', 'conversation.assigned.v1')))[1] AS snooze
    FROM news GROUP BY id
)
UPDATE {s}conversation c SET
    public_seq = coalesce(f.public_seq, c.public_seq),
    staff_seq = coalesce(f.staff_seq, c.staff_seq),
    last_text = coalesce(left(f.text, 160), c.last_text),
    last_author = coalesce(f.message->>'author', c.last_author),
    last_at = coalesce(f.last_at, c.last_at),
    contact_read_seq = greatest(c.contact_read_seq, f.contact_read),
    member_read_seq = greatest(c.member_read_seq, f.member_read),
    unread = CASE WHEN f.member_read IS NULL THEN least(c.unread + f.asked, 100) ELSE (
        SELECT count(*) FROM (
            SELECT 1 FROM {s}event e
            WHERE e.stream = c.id AND e.seq > greatest(c.member_read_seq, f.member_read)
                AND e.kind = 'message.posted.v1' AND e.body->>'author' = 'contact'
            LIMIT 100
        ) unseen) END,
    status = CASE f.status WHEN 'conversation.resolved.v1' THEN 'resolved'
        WHEN 'conversation.reopened.v1' THEN 'open' WHEN 'conversation.started.v1' THEN 'open' ELSE c.status END,
    status_seq = coalesce(f.status_seq, c.status_seq),
    assignee = CASE WHEN f.assigned IS NULL THEN c.assignee ELSE (f.assigned->>'to')::uuid END,
    tags = CASE WHEN f.tagged IS NULL THEN c.tags
        ELSE ARRAY(SELECT jsonb_array_elements_text(f.tagged->'tags')) END,
    priority = coalesce(f.prioritized->>'priority', c.priority),
    snoozed_seq = CASE WHEN f.snooze IS NULL THEN c.snoozed_seq ELSE (f.snooze->>'after')::bigint END,
    snoozed_until = CASE WHEN f.snooze IS NULL THEN c.snoozed_until ELSE (f.snooze->>'until')::timestamptz END
FROM folded f WHERE c.id = f.id
"""
# What the above makes of a message that follows the last event which the row has seen.
_MESSAGE: Final = """
UPDATE {s}conversation c SET
    public_seq = w.seq,
    last_text = left(w.body->>'text', 160),
    last_author = w.body->>'author',
    last_at = w.at,
    unread = CASE WHEN w.body->>'author' = 'contact' AND w.seq > c.member_read_seq
        THEN least(c.unread + 1, 100) ELSE c.unread END
FROM written w WHERE c.id = %(subject)s::uuid AND c.public_seq = w.seq - 1
"""

# And of several, perhaps of several conversations: their members have read none of them yet.
_MESSAGES: Final = """
UPDATE {s}conversation c SET
    public_seq = w.last,
    last_text = left(w.body->>'text', 160),
    last_author = w.body->>'author',
    last_at = w.at,
    unread = least(c.unread + w.asked, 100)
FROM (
    SELECT stream, min(seq) AS first, max(seq) AS last, max(at) AS at, (array_agg(body ORDER BY seq DESC))[1] AS body,
        count(*) FILTER (WHERE body->>'author' = 'contact') AS asked
    FROM written GROUP BY stream
) w WHERE c.id = w.stream AND c.public_seq = w.first - 1 AND c.member_read_seq < w.first
"""

CONVERSATIONS: Final = Projection(
    catch_up=_CATCH_UP, step=_MESSAGE, stride=_MESSAGES, steps=frozenset({MessagePosted.kind})
)
