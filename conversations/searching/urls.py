"""Routes of search."""

from django.urls import path

from conversations.searching import api

urlpatterns = [path("api/v1/search", api.Search.as_view())]
