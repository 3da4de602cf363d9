"""A tenant's host: the service."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tenants.members.urls")),
    path("", include("tenants.factors.urls")),
    path("", include("tenants.confirming.urls")),
    path("", include("tenants.sso.urls")),
    path("", include("tenants.urls")),
    path("", include("tenants.company.urls")),
    path("", include("tenants.domains.urls")),
    path("", include("tenants.exports.urls")),
    path("", include("conversations.access.urls")),
    path("", include("conversations.audit.urls")),
    path("", include("config.urls.docs")),
    path("", include("conversations.console.urls")),
    path("", include("conversations.definitions.urls")),
    path("", include("conversations.contacts.urls")),
    path("", include("conversations.presence.urls")),
    path("", include("conversations.threads.urls")),
    path("", include("conversations.tickets.urls")),
    path("", include("conversations.searching.urls")),
    path("", include("conversations.timelines.urls")),
    path("", include("conversations.channels.webchat.urls")),
    path("", include("conversations.channels.portal.urls")),
    path("", include("conversations.desk.urls")),
    path("", include("conversations.automation.urls")),
    path("", include("conversations.live.urls")),
    path("", include("integrations.webhooks.urls")),
    path("", include("integrations.inbound.urls")),
]

handler400 = "config.rest.malformed"
handler403 = "config.rest.not_allowed"
handler404 = "config.rest.not_found"
handler500 = "config.rest.server_error"
