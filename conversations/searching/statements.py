"""The named SQL of search. A term holds no space, so that a row's terms travel as one text."""

PUT = """
INSERT INTO search_entry (position, source, at, subject, sort, terms)
SELECT position, source, at, subject, sort, array_to_tsvector(string_to_array(terms, ' '))
FROM unnest(%(positions)s::bigint[], %(sources)s::bigint[], %(ats)s::timestamptz[], %(subjects)s::uuid[],
    %(sorts)s::smallint[], %(terms)s::text[]) AS t(position, source, at, subject, sort, terms)
ORDER BY position
ON CONFLICT (position) DO UPDATE SET source = excluded.source, terms = excluded.terms
"""

REMOVE = "DELETE FROM search_entry WHERE position = ANY(%(positions)s::bigint[])"

FORGET = """
DELETE FROM search_entry WHERE position IN (SELECT position FROM event WHERE stream = ANY(%(streams)s::uuid[]))
"""

# Both streams of a subject are an even id and the odd one that follows it.
SUBJECTS_OF_CONTACTS = """
SELECT id FROM conversation WHERE contact_id = ANY(%(contacts)s::uuid[])
UNION ALL SELECT id FROM ticket WHERE contact_id = ANY(%(contacts)s::uuid[])
"""

FIND_SAID = """
SELECT e.stream, e.seq, e.position, e.kind, e.sender, e.client_id, e.body, e.at
FROM unnest(%(streams)s::uuid[], %(seqs)s::bigint[]) AS t(stream, seq)
JOIN event e ON e.stream = t.stream AND e.seq = t.seq
"""
