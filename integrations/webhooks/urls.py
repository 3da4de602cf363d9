"""Routes of webhooks."""

from django.urls import path

from integrations.webhooks import api, log_api
from integrations.webhooks.console import delivery, endpoint, listing

ONE = "api/v1/webhooks/<uuid:webhook>"

PAGE = "settings/webhooks/<uuid:webhook>"

urlpatterns = [
    path("api/v1/webhooks", api.Webhooks.as_view()),
    path(ONE, api.OneWebhook.as_view()),
    path(f"{ONE}/verify", api.VerifyWebhook.as_view()),
    path(f"{ONE}/pause", api.PauseWebhook.as_view()),
    path(f"{ONE}/resume", api.ResumeWebhook.as_view()),
    path(f"{ONE}/rotate", api.RotateWebhook.as_view()),
    path(f"{ONE}/health", log_api.HealthOfWebhook.as_view()),
    path(f"{ONE}/test", log_api.TestWebhook.as_view()),
    path(f"{ONE}/replay", log_api.ReplayRange.as_view()),
    path(f"{ONE}/deliveries", log_api.Deliveries.as_view()),
    path(f"{ONE}/deliveries/<uuid:delivery>", log_api.OneDelivery.as_view()),
    path(f"{ONE}/deliveries/<uuid:delivery>/replay", log_api.ReplayDelivery.as_view()),
    path("settings/webhooks", listing.page),
    path(PAGE, endpoint.page),
    path(f"{PAGE}/deliveries/<uuid:delivery>", delivery.page),
]
