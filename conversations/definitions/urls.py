"""Routes of definitions."""

from django.urls import path

from conversations.definitions import api

ONE = "api/v1/definitions/<str:kind>/<str:key>"

urlpatterns = [
    path("api/v1/definitions", api.Definitions.as_view()),
    path("api/v1/definitions/kinds", api.Kinds.as_view()),
    path("api/v1/definitions/export", api.Export.as_view()),
    path("api/v1/definitions/import", api.Import.as_view()),
    path(ONE, api.OneDefinition.as_view()),
    path(f"{ONE}/draft", api.Draft.as_view()),
    path(f"{ONE}/publish", api.Publish.as_view()),
    path(f"{ONE}/retire", api.Retire.as_view()),
    path(f"{ONE}/diff", api.Diff.as_view()),
    path(f"{ONE}/versions", api.Versions.as_view()),
    path(f"{ONE}/versions/<int:version>", api.OneVersion.as_view()),
]
