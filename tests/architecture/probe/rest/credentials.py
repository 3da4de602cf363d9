"""The checks of what says who asks: a credential of one company on the other's host opens what a made-up one opens."""

import re
import secrets
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.test import Client

from conversations.channels.webchat.commands import add_inbox
from conversations.definitions.transfer import FORMAT
from tenants.context import platform_context, tenant_context
from tenants.members.proof import Way
from tenants.models import Person
from tests.architecture.probe.checks import Leak, refuse
from tests.architecture.probe.classes import Bound, Entry, Who
from tests.architecture.probe.mirror.company import JSON, Company
from tests.architecture.probe.rest.calls import Call, find_calls, make_call, never
from tests.architecture.probe.rest.checks import Asking, unchanged

REPLY: Final = {"name": "Kept", "texts": {"en": "Kept"}}
LETTERS: Final = string.ascii_lowercase + string.digits


def credentials(ours: Company) -> Iterator[tuple[str, str, str]]:
    """Answer kind, one of ours, and one that never was."""
    # Of who works in both companies: there even the person is known on the other's host.
    yield "session", ours.session_of(ours.both), "".join(secrets.choice(LETTERS) for _ in range(32))
    yield (
        "session of a provider",
        ours.session_of(ours.both, by=Way.SSO),
        "".join(secrets.choice(LETTERS) for _ in range(32)),
    )
    yield "key", ours.secret, f"sk_{ours.tenant.slug}_{secrets.token_urlsafe(32)}"
    yield "visitor", ours.guests[0].token, secrets.token_urlsafe(32)


def show(company: Company, kind: str, credential: str) -> Client:
    """Answer a client on the company's host that shows a credential, wherever it is from."""
    if kind.startswith("session"):
        client = company.anybody()
        client.cookies[settings.SESSION_COOKIE_NAME] = credential
        return client
    return company.anybody(authorization=f"{'Bearer' if kind == 'key' else 'Visitor'} {credential}")


def check_credentials(ours: Company, theirs: Company, *, of: str = "", only: str = "") -> int:
    """Each credential of ours in every call on their host, with ids of their own; answer how many were compared."""
    count, asking, stranger = 0, Asking(theirs, ours), Asking(ours, theirs)
    entries = [entry for entry in find_calls() if entry.bound is not Bound.SAME and only in entry.name]
    # The calls that serve anybody may well change something of theirs, so they come after the rows were compared.
    closed, open_ = ([e for e in entries if (Who.NOBODY in e.who) is free] for free in (False, True))
    for kind, mine, made_up in credentials(ours):
        with unchanged(ours):
            with unchanged(theirs):
                for entry in closed if of in kind else ():
                    count += _compare(asking, stranger, entry, kind, (mine, made_up))
            for entry in open_ if of in kind else ():
                count += _compare(asking, None, entry, kind, (mine, made_up))
    return count


def check_lent(ours: Company, theirs: Company, *, only: str = "") -> int:
    """Whom our provider has let in, and who is theirs, too: they see nothing of theirs and stay who they are there."""
    asking, count, before = Asking(ours, theirs), 0, _person(ours)
    with unchanged(theirs):
        for entry in find_calls():
            if Who.MEMBER in entry.who and only in entry.name:
                call = make_call(entry, ours, None if entry.name.split()[1] in {"GET", "PATCH"} else never(entry))
                client = show(ours, "session", ours.session_of(ours.both, by=Way.SSO))
                asking.look(call.by(client), (), f"{entry.name} of whom a provider let in")
                count += 1
    refuse([name for name, kept in _person(ours).items() if kept != before[name]], "the person was changed")
    return count


def _person(company: Company) -> dict[str, Any]:
    with platform_context():
        return dict(Person.objects.filter(id=company.both.person_id).values().get())


def _compare(asking: Asking, stranger: Asking | None, entry: Entry, kind: str, values: tuple[str, str]) -> int:
    """Ask with both; where only known people are served, nothing of the company is answered to a stranger."""
    if not kind.startswith("session") and "/api/" not in entry.name:
        return 0  # pages know sessions only
    call, what = make_call(entry, asking.ours), f"{entry.name} with our {kind}"

    def ask(credential: str) -> Any:
        response = call.by(show(asking.ours, kind, credential))
        return stranger.look(response, _said(call), what) if stranger else response

    asking.compare(ask, values, what)
    return 1


def _said(call: Call) -> tuple[str, ...]:
    """Answer what a call says itself: an answer may say it back."""
    parts = re.split(r'[\s/"]', f"{call.path} {call.query} {call.body}")
    return tuple(part for part in parts if len(part) > 9)


def check_kept(ours: Company, theirs: Company) -> None:
    """An answer kept for one is nobody else's: not in the other company, where the same person asks, nor here."""
    for path, body in (
        ("/api/v1/keys", {"name": "Robot", "scopes": ["members.view"]}),
        (
            "/api/v1/definitions/import",
            {"format": FORMAT, "definitions": [{"kind": "canned_reply", "key": "kept", "body": REPLY}]},
        ),
    ):
        key = {"Idempotency-Key": secrets.token_hex(8)}
        answers = [_post(company.browser(company.both), path, body, key) for company in (theirs, ours)]
        refuse([a.headers for a in answers if "Idempotency-Replayed" in a.headers], f"{path} of the other company")
        again = _post(ours.browser(), path, body, key)
        refuse("Idempotency-Replayed" in again.headers, f"{path} of another caller")
    assign = f"/api/v1/conversations/{ours.guests[0].conversation}/assign"
    key = {"Idempotency-Key": secrets.token_hex(8)}
    asked = [_post(ours.browser(m), assign, {"member": None}, key) for m in (ours.owner, ours.both)]
    refuse("Idempotency-Replayed" in asked[1].headers, f"{assign} of another caller")


def _post(client: Client, path: str, body: object, headers: dict[str, str]) -> Any:
    response = client.post(path, body, content_type=JSON, headers=headers)
    if response.status_code >= 300:
        raise Leak(f"{path} is answered {response.status_code} {response.content!r}")
    return response


def check_limits(ours: Company, theirs: Company) -> None:
    """What one company's programs ask takes nothing from the other's."""
    before = settings.YUNKE_TENANT_REQUESTS_A_MINUTE
    settings.YUNKE_TENANT_REQUESTS_A_MINUTE = 3
    try:
        for company in (ours, theirs):
            said = [company.program().get("/api/v1/inboxes").status_code for _ in range(4)]
            if company is theirs and said[0] != 200:
                raise Leak(f"theirs is limited by ours: {said}")
    finally:
        settings.YUNKE_TENANT_REQUESTS_A_MINUTE = before


def check_hosts(ours: Company, theirs: Company) -> None:
    """Each host is its own company's, in whatever order they are asked."""
    for company in (ours, theirs, ours):
        text = company.program().get("/api/v1/inboxes").content.decode()
        if company.mark not in text:
            raise Leak(f"{company.host} is another company's")


def check_inboxes(ours: Company) -> None:
    """A visitor's token is good for the inbox that it was given for: elsewhere its holder is a new visitor."""
    guest = ours.guests[0]
    with tenant_context(ours.tenant):
        second = add_inbox(name="Second", now=datetime.now(UTC)).key
    answer = ours.anybody(**guest.headers).post("/api/v1/visitors", {"inbox": second}, content_type=JSON)
    if answer.status_code != 201 or answer.json()["contact"]["id"] == str(guest.actor.id):
        raise Leak("a visitor's token is known at another inbox")
