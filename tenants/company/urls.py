"""Routes of the company as a whole."""

from django.urls import path

from tenants.company import api, pages

urlpatterns = [
    path("api/v1/company", api.Company.as_view()),
    path("api/v1/company/deletion", api.Deletion.as_view()),
    path("settings/company", pages.page, name="company"),
    path("settings/company/exports/<uuid:export>", pages.download, name="company-export"),
]
