"""Which PostgreSQL everything runs on, and an answer that it gives in our name.

Must not import Django: what `./dev` starts asks before Django is there.
"""

from typing import Final

SUPPORTED_MAJORS: Final = range(15, 19)

# What the database says (SQLSTATE) when somebody writes to the log of a tenant that is closed.
CLOSED: Final = "YK001"
