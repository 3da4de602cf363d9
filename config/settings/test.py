"""For tests: as embedded, with a fixed key. The tests' database is made by tests/conftest.py."""

import os

os.environ.setdefault("YUNKE_READY_SCHEMAS", "0")  # a sign-up takes every step, unless a test is about the pool
os.environ.setdefault("YUNKE_SIGN_UPS_A_MINUTE", "600")  # journeys all come from one address
os.environ.setdefault("YUNKE_SECRET_KEY", "only-for-tests-0123456789-0123456789-0123456789-0123456789")

from config.settings.embedded import *  # noqa: F403 # the key comes first

SERVESTATIC_AUTOREFRESH = False
YUNKE_OUTBOUND_LOOPBACK = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Workers of tests leave notes where they were made, for tests to look at: a carried one takes a position of the log.
YUNKE_AUDIT_CARRIED = os.environ.get("YUNKE_AUDIT_CARRIED") == "1"
