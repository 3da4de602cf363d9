"""The ASGI application: Channels' routing in front of Django and the live consumer, and their life with the process."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

django_http = get_asgi_application()

from django.urls import path

from config.intake import Intake
from config.process import LiveProcess
from conversations.live.consumer import LiveConsumer
from conversations.live.host import LiveHost

process = LiveProcess()
live_v1: Any = LiveConsumer(server=process.get_live)  # an ASGI application where path() is typed for views

_routes = ProtocolTypeRouter(
    {
        "http": Intake(django_http),
        "websocket": LiveHost(URLRouter([path("live/v1", live_v1)])),
        "lifespan": process.lifespan,
    }
)


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Serve one connection."""
    await _routes(scope, receive, send)
