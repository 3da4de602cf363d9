"""The rooms' tables, re-exported for Django: one app, one migration history."""

from integrations.inbound.models import Install
from integrations.webhooks.models import Delivery, Endpoint

__all__ = ["Delivery", "Endpoint", "Install"]
