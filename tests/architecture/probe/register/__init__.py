"""THE register: every way in or through, classified. A way that is found in the code and not in here fails a test.

The test's message says which line to enter where. Ids are then tried by the probe with another tenant's: a new kind of
id gets a word in `Id`, one that never was in mirror/ids.py, and each company's own in mirror/company.py (`own`).
"""

from typing import Final

from tests.architecture.probe.classes import Entry
from tests.architecture.probe.register import api, inside, live, pages, secrets

ENTRIES: Final[tuple[Entry, ...]] = (
    *api.ENTRIES,
    *pages.ENTRIES,
    *live.ENTRIES,
    *secrets.ENTRIES,
    *inside.ENTRIES,
)
