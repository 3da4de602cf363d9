"""A worker as it must not be: it takes a lease, then has an effect outside the database that nothing fences.

`python -m tests.guarantees.unfenced_worker <dsn> <file>`: says "leased", waits for a line, has the effect, says "done".
"""

import sys
from pathlib import Path
from typing import Final

import psycopg

LEASE_S: Final = 0.5
TABLE: Final = "CREATE TABLE IF NOT EXISTS public.leases (name text PRIMARY KEY, until timestamptz NOT NULL)"
TAKE: Final = """
INSERT INTO public.leases VALUES ('page', now() + make_interval(secs => %(lease_s)s))
ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE leases.until < now() RETURNING name
"""


def main(dsn: str, effects: Path, effect: str) -> None:
    """Wait for the lease, then for a word, then do it."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        while not connection.execute(TAKE, {"lease_s": LEASE_S}).fetchone():
            connection.execute("SELECT pg_sleep(0.05)")
    _say("leased")
    sys.stdin.readline()
    with effects.open("a") as file:
        file.write(f"{effect}\n")
    _say("done")


def _say(word: str) -> None:
    print(word, flush=True)  # noqa: T201 - this is how the test knows


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
