"""The conversations app."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """Tables in the tenants' schemas."""

    name = "conversations"
    verbose_name = "Conversations"
