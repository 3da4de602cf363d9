"""Routes of the API's document."""

from django.urls import path

from config import docs

urlpatterns = [
    path("api/v1/openapi.json", docs.openapi),
    path("api/docs", docs.page),
]
