"""REST of consent: how it stands, what was said, and saying it on behalf of a contact."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.asking import get_asking
from conversations.contacts.commands import ContactGone
from conversations.contacts.consent import rules
from conversations.contacts.consent.answers import (
    ConsentSaid,
    ConsentShown,
    ContactConsents,
    show_consent,
    show_said,
)
from conversations.contacts.consent.commands import Said, say
from conversations.contacts.consent.queries import get_consents, get_history, get_purposes
from tenants.bodies import Body, read_body
from tenants.describing import Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query


class ConsentBody(Body, frozen=True):
    """What a contact said: yes or no, `how`, and in which `language` the words were shown.

    What shows it is a message of theirs, by its conversation and seq, or a `note` that says where to look.
    """

    given: bool
    how: rules.How
    language: Annotated[str, Meta(max_length=20)] | None = None
    conversation: UUID | None = None
    seq: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    note: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")] | None = None


class Consents(APIView):
    """`/api/v1/contacts/{id}/consents`."""

    @describe(Described(answers={200: ContactConsents}, scopes=("conversations.view",)))
    def get(self, request: Request, contact: UUID) -> Response:
        """Show how it stands with each purpose that is in force, and each of which something was said."""
        asking = get_asking(request=request)
        said, known = get_consents(contact=contact), get_purposes()
        purposes = [
            show_consent(purpose=key, said=said.get(key), known=known, personal=asking.personal)
            for key in sorted({*said, *known})
        ]
        return Response(msgspec.to_builtins(ContactConsents(purposes=purposes)))


class OneConsent(APIView):
    """`/api/v1/contacts/{id}/consents/{purpose}`."""

    @describe(
        Described(
            body=ConsentBody,
            answers={200: ConsentShown},
            refusals=(ContactGone,),
            example={"given": True, "how": "phone", "note": "call of 2 March"},
            scopes=("conversations.view", "contacts.edit"),
        )
    )
    def put(self, request: Request, contact: UUID, purpose: str) -> Response:
        """Write down what they said; what is so already stays as it was said first."""
        asking = get_asking(request=request, edits=True)
        body = read_body(data=request.data, shape=ConsentBody)
        proof = rules.Proof(conversation=body.conversation, seq=body.seq, note=body.note)
        said = Said(given=body.given, how=body.how, language=body.language, proof=proof)
        say(contact=contact, purpose=purpose, said=said, by=asking.by, now=datetime.now(UTC))
        now = get_consents(contact=contact).get(purpose)
        shown = show_consent(purpose=purpose, said=now, known=get_purposes(), personal=asking.personal)
        return Response(msgspec.to_builtins(shown))


class ConsentHistory(APIView):
    """`/api/v1/contacts/{id}/consents/history`."""

    @describe(Described(answers={200: Listed[ConsentSaid]}, query=PageQuery, scopes=("conversations.view",)))
    def get(self, request: Request, contact: UUID) -> Response:
        """List all that was ever said of any purpose, the newest first."""
        asking = get_asking(request=request)
        query = read_query(request=request, shape=PageQuery)
        page = get_history(contact=contact, window=open_window(query=query, name=f"consents {contact}"))
        results = [msgspec.to_builtins(show_said(event=row, personal=asking.personal)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})
