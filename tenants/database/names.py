"""Names that belong to one database: roles are global in a PostgreSQL cluster, so each carries the database's name.

Must not import Django: the settings use it.
"""

import hashlib
import secrets
from typing import Final

LONGEST_NAME: Final = 63
ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"


def name_for(*, database: str, suffix: str) -> str:
    """Answer `<database>_<suffix>`, cut to PostgreSQL's limit so that it stays unique."""
    prefix = f"yunke_{database}" if database.startswith("pg_") else database
    name = f"{prefix}_{suffix}"
    if len(name.encode()) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(database.encode()).hexdigest()[:12]
    room = LONGEST_NAME - len(suffix) - len(digest) - 2
    return f"{prefix.encode()[:room].decode(errors='ignore')}_{digest}_{suffix}"


def new_schema_name() -> str:
    """Answer a random name (100 bits) that was never used: a schema's name is not reused, whatever the slug."""
    return "t_" + "".join(secrets.choice(ALPHABET) for _ in range(20))
