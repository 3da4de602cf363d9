"""REST of the company as a whole, for members who manage it."""

from datetime import UTC, datetime
from typing import Annotated

from django.utils import translation
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, read_body
from tenants.describing import Answer, Described, describe
from tenants.members.authentication import get_member
from tenants.members.refusals import WrongCredentials
from tenants.provisioning.deletion import ask_for_deletion, take_deletion_back
from tenants.provisioning.refusals import DeletionAsked
from tenants.refusals import NotFound
from tenants.tries import TooManyTries


class DeletionBody(Body, frozen=True):
    """The password of whoever asks."""

    password: Annotated[str, Meta(max_length=200)]


class DeletionShown(Answer, frozen=True):
    """When the company will be deleted."""

    delete_at: datetime


class Deletion(APIView):
    """`/api/v1/company/deletion`."""

    @describe(
        Described(
            body=DeletionBody,
            answers={202: DeletionShown},
            refusals=(WrongCredentials, DeletionAsked, TooManyTries),
            example={"password": "correct horse 9 battery"},
            kept=False,
            while_closed=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Have the company deleted after a while, in which everything can be read and nothing changed."""
        by = get_member(request=request)
        given = read_body(data=request.data, shape=DeletionBody)
        language = translation.get_language() or "en"
        delete_at = ask_for_deletion(by=by, password=given.password, language=language, now=datetime.now(UTC))
        return Response({"delete_at": delete_at}, status=202)

    @describe(Described(answers={204: None}, refusals=(NotFound,), while_closed=True))
    def delete(self, request: Request) -> Response:
        """Take the deletion back."""
        by = get_member(request=request)
        take_deletion_back(by=by, language=translation.get_language() or "en", now=datetime.now(UTC))
        return Response(status=204)
