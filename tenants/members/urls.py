"""Routes of people, on a tenant's host."""

from django.urls import path

from tenants.members import api, pages

urlpatterns = [
    path("sign-in", pages.sign_in, name="sign-in"),
    path("sign-out", pages.sign_out, name="sign-out"),
    path("api/v1/session", api.SessionView.as_view(), name="session"),
    path("api/v1/me", api.MeView.as_view(), name="me"),
    path("api/v1/members", api.MembersView.as_view(), name="members"),
]
