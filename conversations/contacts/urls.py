"""Routes of contacts."""

from django.urls import path

from conversations.contacts import api

urlpatterns = [
    path("api/v1/contacts", api.Contacts.as_view()),
    path("api/v1/contacts/<uuid:contact>", api.OneContact.as_view()),
]
