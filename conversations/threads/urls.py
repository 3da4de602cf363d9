"""Routes of conversations."""

from django.urls import path

from conversations.threads import api

urlpatterns = [
    path("api/v1/conversations", api.Conversations.as_view()),
    path("api/v1/conversations/<uuid:conversation>", api.OneConversation.as_view()),
    path("api/v1/conversations/<uuid:conversation>/take", api.Take.as_view()),
    path("api/v1/conversations/<uuid:conversation>/assign", api.Assign.as_view()),
    path("api/v1/conversations/<uuid:conversation>/notes", api.Notes.as_view()),
    path("api/v1/conversations/<uuid:conversation>/resolve", api.Resolve.as_view()),
    path("api/v1/conversations/<uuid:conversation>/reopen", api.Reopen.as_view()),
]
