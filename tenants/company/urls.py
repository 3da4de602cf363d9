"""Routes of the company as a whole."""

from django.urls import path

from tenants.company import api

urlpatterns = [path("api/v1/company/deletion", api.Deletion.as_view())]
