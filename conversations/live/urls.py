"""Routes of live delivery over HTTP; the websocket's own is in config/asgi.py."""

from django.urls import path

from conversations.live import api

urlpatterns = [path("api/v1/live-tickets", api.LiveTickets.as_view())]
