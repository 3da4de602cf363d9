"""Routes of timelines."""

from django.urls import path

from conversations.timelines import api

urlpatterns = [path("api/v1/contacts/<uuid:contact>/timeline", api.ContactTimeline.as_view())]
