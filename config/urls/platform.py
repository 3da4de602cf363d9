"""The platform's own host: sign-up, and later operators."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tenants.provisioning.urls")),
    path("", include("tenants.urls")),
    path("", include("config.urls.docs")),
]

handler400 = "config.rest.malformed"
handler403 = "config.rest.not_allowed"
handler404 = "config.rest.not_found"
handler500 = "config.rest.server_error"
