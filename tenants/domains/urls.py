"""Routes of domains."""

from django.urls import path

from tenants.domains import api

urlpatterns = [
    path("api/v1/domains", api.Domains.as_view()),
    path("api/v1/domains/<uuid:domain>", api.OneDomain.as_view()),
    path("api/v1/domains/<uuid:domain>/check", api.CheckDomain.as_view()),
]
