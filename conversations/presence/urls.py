"""Routes of presence."""

from django.urls import path

from conversations.presence import api

urlpatterns = [
    path("api/v1/presence", api.Presences.as_view()),
    path("api/v1/presence/changes", api.Changes.as_view()),
    path("api/v1/presence/times", api.Times.as_view()),
    path("api/v1/me/presence", api.Own.as_view()),
]
