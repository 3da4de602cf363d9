"""Routes of exports."""

from django.urls import path

from tenants.exports import api

urlpatterns = [
    path("api/v1/exports", api.Exports.as_view()),
    path("api/v1/exports/<uuid:export>", api.OneExport.as_view()),
    path("api/v1/exports/<uuid:export>/file", api.ExportFile.as_view()),
]
