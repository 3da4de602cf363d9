"""Routes of installs and their calls."""

from django.urls import path

from integrations.inbound import api

urlpatterns = [
    path("api/v1/installs", api.Installs.as_view()),
    path("api/v1/installs/<uuid:install>", api.OneInstall.as_view()),
    path("api/v1/installs/<uuid:install>/rotate", api.RotateInstall.as_view()),
    path("api/v1/inbound/<uuid:install>", api.Inbound.as_view()),
]
