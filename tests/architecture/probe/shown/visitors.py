"""What visitors show, their own token and the word of the company's site; and what a partner's system signs by."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from integrations.webhooks.rules.signing import SECRET_BYTES, write_secret
from tests.architecture.probe.classes import Id
from tests.architecture.probe.mirror.company import JSON, Company
from tests.architecture.probe.shown.kind import Credential, Kind, at_once, drawn, says, spoil
from tests.signing import Partner


def _come(company: Company, token: str = "", **said: str) -> Any:
    """Open the chat of the company's first inbox."""
    client = company.anybody(**({"authorization": f"Visitor {token}"} if token else {}))
    return client.post("/api/v1/visitors", {"inbox": company.shop.inbox, **said}, content_type=JSON)


def _vouch(company: Company, secret: str) -> str:
    """Answer what the site of a company says of one of its customers, signed by a secret, whosever."""
    expires = datetime.now(UTC) + timedelta(minutes=5)
    claims = {"aud": company.shop.inbox, "sub": "customer 7", "name": f"{company.mark} 7", "exp": expires}
    return jwt.encode(claims, secret, algorithm="HS256")


def _call(company: Company, secret: str) -> Any:
    """Call at the door of a company's install as a system does that has a secret, whosever."""
    client = Partner(secret=secret, headers={"host": company.host})
    body = {"type": "contact", "contact": {"id": f"{company.mark} 7", "name": f"{company.mark} 7"}}
    return client.post(f"/api/v1/inbound/{company.own[Id.INSTALL]}", json.dumps(body), content_type=JSON)


def _known_again(answer: Any) -> bool:
    return answer.status_code == 200 and answer.json()["token"] is None


def _link(ours: Company, _theirs: Company) -> Credential:
    """Answer what lets a contact see their ticket."""
    made = ours.browser().post(f"/api/v1/tickets/{ours.own[Id.TICKET]}/link", {}, content_type=JSON)
    assert made.status_code == 200, made.content
    return Credential(made.json()["url"].rpartition("/")[2])


def _file_link(ours: Company, _theirs: Company) -> Credential:
    """Answer what gives a file."""
    listed, *_ = ours.browser().get(f"/api/v1/tickets/{ours.own[Id.TICKET]}/files").json()["results"]
    return Credential(listed["url"].rpartition("/")[2])


KINDS: Final = (
    Kind(
        name="ticket link",
        make=at_once(_link),
        show=lambda company, one: company.anybody().get(f"/t/{one.text}"),
        works=says(200),
        made_up=spoil,
    ),
    Kind(
        name="file link",
        make=at_once(_file_link),
        show=lambda company, one: company.anybody().get(f"/files/{one.text}"),
        works=says(200),
        made_up=spoil,
    ),
    Kind(
        name="visitor",
        make=at_once(lambda ours, _: Credential(ours.guests[0].token)),
        show=lambda company, one: _come(company, one.text),
        works=_known_again,
        made_up=drawn,
        grows=frozenset({"contact", "contact_identity"}),  # who is not known is somebody new
    ),
    Kind(
        name="identity",
        make=at_once(lambda ours, _: Credential(_vouch(ours, ours.vouches_by))),
        show=lambda company, one: _come(company, identity=one.text),
        works=says(201),
        made_up=spoil,
    ),
    Kind(
        name="identity secret",
        make=at_once(lambda ours, _: Credential(ours.vouches_by)),
        show=lambda company, one: _come(company, identity=_vouch(company, one.text)),
        works=says(201),
        made_up=lambda _: secrets.token_urlsafe(48),
    ),
    Kind(
        name="install secret",
        make=at_once(lambda ours, _: Credential(ours.calls_by)),
        show=lambda company, one: _call(company, one.text),
        works=says(200),
        made_up=lambda _: write_secret(raw=secrets.token_bytes(SECRET_BYTES)),
    ),
)
