"""Routes of keys."""

from django.urls import path

from conversations.access import api

urlpatterns = [
    path("api/v1/keys", api.Keys.as_view()),
    path("api/v1/keys/<uuid:key>", api.OneKey.as_view()),
    path("api/v1/keys/<uuid:key>/rotate", api.Rotate.as_view()),
]
