"""Routes of the platform's host: sign-up, and accepting an invitation."""

from django.urls import path

from tenants.members.invitations.platform_api import AcceptInvitation
from tenants.provisioning import api, pages

urlpatterns = [
    path("", pages.sign_up_page, name="sign-up"),
    path("api/v1/tenants", api.TenantsView.as_view(), name="tenants"),
    path("api/v1/invitations/accept", AcceptInvitation.as_view()),
]
