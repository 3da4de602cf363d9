"""Routes of signing in through a company's provider, on a tenant's host."""

from django.urls import path

from tenants.sso import api, door_pages, own_api, pages

urlpatterns = [
    path("sign-in/sso", door_pages.leave, name="sso-leave"),
    path("sign-in/sso/callback", door_pages.come_back, name="sso-callback"),
    path("sign-in/sso/connect", door_pages.connect, name="sso-connect"),
    path("settings/security", pages.page, name="security"),
    path("api/v1/security", api.SecurityView.as_view(), name="security-api"),
    path("api/v1/sso", api.ProviderView.as_view(), name="sso"),
    path("api/v1/sso/domains", api.DomainsView.as_view(), name="sso-domains"),
    path("api/v1/sso/domains/<uuid:domain>", api.DomainView.as_view(), name="sso-domain"),
    path("api/v1/sso/domains/<uuid:domain>/check", api.CheckView.as_view(), name="sso-domain-check"),
    path("api/v1/me/connections", own_api.OwnConnections.as_view()),
    path("api/v1/me/connections/<uuid:connection>", own_api.OwnConnection.as_view()),
]
