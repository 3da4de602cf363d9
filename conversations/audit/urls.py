"""Routes of the audit."""

from django.urls import path

from conversations.audit import api

urlpatterns = [path("api/v1/audit", api.Audit.as_view())]
