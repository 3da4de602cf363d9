"""Routes of webhooks."""

from django.urls import path

from integrations.webhooks import api

ONE = "api/v1/webhooks/<uuid:webhook>"

urlpatterns = [
    path("api/v1/webhooks", api.Webhooks.as_view()),
    path(ONE, api.OneWebhook.as_view()),
    path(f"{ONE}/verify", api.VerifyWebhook.as_view()),
    path(f"{ONE}/pause", api.PauseWebhook.as_view()),
    path(f"{ONE}/resume", api.ResumeWebhook.as_view()),
    path(f"{ONE}/rotate", api.RotateWebhook.as_view()),
]
