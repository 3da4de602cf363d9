"""Routes of contacts."""

from django.urls import path

from conversations.contacts import api
from conversations.contacts.consent import api as consent
from conversations.contacts.identities import api as identities
from conversations.contacts.merging import api as merging

ONE = "api/v1/contacts/<uuid:contact>"

urlpatterns = [
    path("api/v1/contacts", api.Contacts.as_view()),
    path(ONE, api.OneContact.as_view()),
    path(f"{ONE}/consents", consent.Consents.as_view()),
    path(f"{ONE}/consents/history", consent.ConsentHistory.as_view()),
    path(f"{ONE}/consents/<slug:purpose>", consent.OneConsent.as_view()),
    path(f"{ONE}/duplicates", merging.Duplicates.as_view()),
    path(f"{ONE}/duplicates/<uuid:other>", merging.OneDuplicate.as_view()),
    path(f"{ONE}/merged", merging.Merged.as_view()),
    path(f"{ONE}/merge", merging.Merge.as_view()),
    path(f"{ONE}/unmerge", merging.Unmerge.as_view()),
    path(f"{ONE}/identities", identities.Identities.as_view()),
    path(f"{ONE}/identities/<uuid:identity>", identities.OneIdentity.as_view()),
    path(f"{ONE}/identities/<uuid:identity>/verify", identities.VerifyIdentity.as_view()),
    path(f"{ONE}/identities/<uuid:identity>/prefer", identities.PreferIdentity.as_view()),
]
