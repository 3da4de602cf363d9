"""The named SQL of leases and held connections. Every moment is the database's clock, never a parameter.

Those for live delivery are one statement each and bear being run twice: its pool asks again over another connection.
"""

from typing import Final

# A living process renews every 4 s and is given up 16 s after the last time; somebody looks every 2 s. So whoever was
# connected to a process that was killed is offline within 20 s, and within 30 s if all who look are as new as that.
BEAT_S: Final = 4.0
LEASE_S: Final = 16
# How long nobody notices that somebody has no connection: a page is loaded anew, a server hands over to the next.
GRACE_S: Final = 15
# How long others wait before they do what somebody took upon themselves.
TAKEN_S: Final = 10
MOST: Final = 1000
CHANNEL: Final = "yunke_presence"

# Parameters of whatever names them.
TIMES: Final = {"lease_s": LEASE_S, "grace_s": GRACE_S, "taken_s": TAKEN_S, "most": MOST}

REGISTER: Final = """
INSERT INTO public.server_leases (id, expires_at)
VALUES (%(lease)s, clock_timestamp() + make_interval(secs => %(lease_s)s))
ON CONFLICT DO NOTHING RETURNING id
"""

# Answers nothing if the lease has expired: then nothing was written, and the process must register anew.
BEAT: Final = """
WITH alive AS (
    UPDATE public.server_leases SET expires_at = clock_timestamp() + make_interval(secs => %(lease_s)s)
    WHERE id = %(lease)s AND expires_at > clock_timestamp() RETURNING id
), held AS (
    INSERT INTO public.held_connections (lease, tenant, person, due_at)
    SELECT alive.id, h.tenant, h.person, clock_timestamp()
    FROM alive, unnest(%(tenants)s::uuid[], %(persons)s::uuid[]) h(tenant, person)
    ON CONFLICT (lease, tenant, person) DO UPDATE SET ends_at = NULL, due_at = clock_timestamp()
), gone AS (
    UPDATE public.held_connections c
    SET ends_at = clock_timestamp() + make_interval(secs => %(grace_s)s),
        due_at = clock_timestamp() + make_interval(secs => %(grace_s)s)
    FROM alive, unnest(%(gone_tenants)s::uuid[], %(gone_persons)s::uuid[]) g(tenant, person)
    WHERE c.lease = alive.id AND c.tenant = g.tenant AND c.person = g.person
)
SELECT id, CASE WHEN cardinality(%(tenants)s::uuid[]) > 0 THEN pg_notify('yunke_presence', '')::text END FROM alive
"""

# A process that ends: its members have the grace to come back elsewhere.
LEAVE: Final = """
WITH left_ AS (DELETE FROM public.server_leases WHERE id = %(lease)s)
UPDATE public.held_connections
SET ends_at = clock_timestamp() + make_interval(secs => %(grace_s)s),
    due_at = clock_timestamp() + make_interval(secs => %(grace_s)s)
WHERE lease = %(lease)s AND ends_at IS NULL RETURNING person
"""

NOW: Final = "SELECT clock_timestamp()"

# The database's clock was set back: nothing may be good for longer than it could be made for.
SHORTEN: Final = (
    """
    UPDATE public.server_leases SET expires_at = clock_timestamp() + make_interval(secs => %(lease_s)s)
    WHERE expires_at > clock_timestamp() + make_interval(secs => %(lease_s)s)
    """,
    """
    UPDATE public.held_connections
    SET due_at = clock_timestamp(),
        ends_at = CASE WHEN ends_at > clock_timestamp() THEN clock_timestamp() ELSE ends_at END
    WHERE due_at > clock_timestamp() + make_interval(secs => %(grace_s)s)
    """,
)

# One statement, so that no lease is gone whose members nobody is told to look at.
EXPIRE: Final = """
WITH expired AS (DELETE FROM public.server_leases WHERE expires_at <= clock_timestamp() RETURNING id)
UPDATE public.held_connections c SET ends_at = clock_timestamp(), due_at = clock_timestamp()
FROM expired WHERE c.lease = expired.id AND c.ends_at IS NULL
"""

TAKE_DUE: Final = """
UPDATE public.held_connections c SET due_at = clock_timestamp() + make_interval(secs => %(taken_s)s)
FROM (
    SELECT lease, tenant, person FROM public.held_connections WHERE due_at <= clock_timestamp()
    ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
) d WHERE c.lease = d.lease AND c.tenant = d.tenant AND c.person = d.person
RETURNING c.lease, c.tenant, c.person, c.due_at
"""

# What came in between has another due_at and stays due.
FORGET_ENDED: Final = """
DELETE FROM public.held_connections c
USING unnest(%(leases)s::uuid[], %(tenants)s::uuid[], %(persons)s::uuid[], %(dues)s::timestamptz[])
    d(lease, tenant, person, due)
WHERE c.lease = d.lease AND c.tenant = d.tenant AND c.person = d.person AND c.due_at = d.due
  AND c.ends_at <= clock_timestamp()
"""
LET_REST: Final = """
UPDATE public.held_connections c SET due_at = NULL
FROM unnest(%(leases)s::uuid[], %(tenants)s::uuid[], %(persons)s::uuid[], %(dues)s::timestamptz[])
    d(lease, tenant, person, due)
WHERE c.lease = d.lease AND c.tenant = d.tenant AND c.person = d.person AND c.due_at = d.due AND c.ends_at IS NULL
"""

# As the tenant: the function answers of the caller's own members only.
LOOK: Final = "SELECT clock_timestamp(), ARRAY(SELECT public.connected_members(%(persons)s::uuid[]))"
