"""What visitors show: their own token, and the word of the company's site."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from tests.architecture.probe.mirror.company import JSON, Company
from tests.architecture.probe.shown.kind import Credential, Kind, at_once, drawn, says, spoil


def _come(company: Company, token: str = "", **said: str) -> Any:
    """Open the chat of the company's first inbox."""
    client = company.anybody(**({"authorization": f"Visitor {token}"} if token else {}))
    return client.post("/api/v1/visitors", {"inbox": company.shop.inbox, **said}, content_type=JSON)


def _vouch(company: Company, secret: str) -> str:
    """Answer what the site of a company says of one of its customers, signed by a secret, whosever."""
    expires = datetime.now(UTC) + timedelta(minutes=5)
    claims = {"aud": company.shop.inbox, "sub": "customer 7", "name": f"{company.mark} 7", "exp": expires}
    return jwt.encode(claims, secret, algorithm="HS256")


def _known_again(answer: Any) -> bool:
    return answer.status_code == 200 and answer.json()["token"] is None


KINDS: Final = (
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
)
