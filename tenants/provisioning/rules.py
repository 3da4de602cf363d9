"""What a company may be called: pure, no I/O. A slug becomes a host name, so it is stricter than a name."""

import re
from typing import Final

from tenants.refusals import FieldError

SLUG: Final = re.compile(r"[a-z](?:-?[a-z0-9])*")
SHORTEST_SLUG: Final = 3
LONGEST_SLUG: Final = 30
LONGEST_NAME: Final = 100
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200

# Names that customers would take for us, that mail and DNS use, or that we may want for ourselves.
_RESERVED: Final = """
    about abuse account accounts admin administrator agent agents api app apps assets auth autoconfig autodiscover
    billing blog careers cdn chat community console contact customer customers dashboard demo dev developer developers
    dns docs download email example faq feedback files forum ftp guest help helpdesk home host hostmaster http https
    imap info internal invoice invoices legal live login logout mail mailer media message messages metrics mobile
    monitor news newsletter noreply oauth official operator operators partner partners pay payment payments platform
    pop3 portal postmaster press pricing privacy production public register root sales sandbox secure security
    service services settings shop signin signup sip site sites smtp ssl sso staff staging start static status store
    support system team teams tenant tenants terms test testing tls tools trust undefined update updates upload
    user users webhook webhooks webmail webmaster websocket widget wiki www xmpp yunke
"""
RESERVED: Final = frozenset(_RESERVED.split())


def slug_errors(*, slug: str) -> list[FieldError]:
    """Answer what is wrong with a slug, nothing if it may be used (it may still be taken)."""
    if not SHORTEST_SLUG <= len(slug) <= LONGEST_SLUG:
        return [_error("slug", "length", f"Use {SHORTEST_SLUG} to {LONGEST_SLUG} characters.")]
    if not SLUG.fullmatch(slug):
        sentence = "Use small letters a-z, digits and single hyphens; start with a letter, end with no hyphen."
        return [_error("slug", "shape", sentence)]
    if slug in RESERVED:
        return [_error("slug", "reserved", "This name is reserved.")]
    return []


def name_errors(*, name: str) -> list[FieldError]:
    """Answer what is wrong with a company's name."""
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        return [_error("name", "length", f"Use 1 to {LONGEST_NAME} characters.")]
    if not name.isprintable():
        return [_error("name", "shape", "Use printable characters on one line.")]
    return []


def password_length_errors(*, password: str) -> list[FieldError]:
    """Answer whether a password is too short to be safe or too long to be one."""
    if len(password) < SHORTEST_PASSWORD:
        return [_error("password", "too_short", f"Use at least {SHORTEST_PASSWORD} characters.")]
    if len(password) > LONGEST_PASSWORD:
        return [_error("password", "too_long", f"Use at most {LONGEST_PASSWORD} characters.")]
    return []


def _error(field: str, code: str, detail: str) -> FieldError:
    return {"field": field, "code": code, "detail": detail}
