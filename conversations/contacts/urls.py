"""Routes of contacts."""

from django.urls import path

from conversations.contacts import api
from conversations.contacts.identities import api as identities

ONE = "api/v1/contacts/<uuid:contact>"

urlpatterns = [
    path("api/v1/contacts", api.Contacts.as_view()),
    path(ONE, api.OneContact.as_view()),
    path(f"{ONE}/identities", identities.Identities.as_view()),
    path(f"{ONE}/identities/<uuid:identity>", identities.OneIdentity.as_view()),
    path(f"{ONE}/identities/<uuid:identity>/verify", identities.VerifyIdentity.as_view()),
    path(f"{ONE}/identities/<uuid:identity>/prefer", identities.PreferIdentity.as_view()),
]
