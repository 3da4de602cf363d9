"""Which PostgreSQL everything runs on. Must not import Django: what `./dev` starts asks before Django is there."""

from typing import Final

SUPPORTED_MAJORS: Final = range(15, 19)
