"""Routes of sign-up, on the platform's host."""

from django.urls import path

from tenants.provisioning import api, pages

urlpatterns = [
    path("", pages.sign_up_page, name="sign-up"),
    path("api/v1/tenants", api.TenantsView.as_view(), name="tenants"),
]
