"""Routes of web chat."""

from django.urls import path

from conversations.channels.webchat import amending, api
from conversations.channels.webchat.vouching import api as vouching

urlpatterns = [
    path("api/v1/visitors", api.Visitors.as_view()),
    path("api/v1/visitors/conversation", api.VisitorConversation.as_view()),
    path("api/v1/visitors/current", api.CurrentVisitor.as_view()),
    path("api/v1/visitors/conversations/<uuid:conversation>/messages/<int:seq>", amending.VisitorMessage.as_view()),
    path(
        "api/v1/visitors/conversations/<uuid:conversation>/messages/<int:seq>/recall",
        amending.VisitorRecall.as_view(),
    ),
    path(
        "api/v1/visitors/conversations/<uuid:conversation>/messages/<int:seq>/reactions",
        amending.VisitorReaction.as_view(),
    ),
    path("api/v1/inboxes", api.Inboxes.as_view()),
    path("api/v1/inboxes/<str:key>", api.OneInbox.as_view()),
    path("api/v1/inboxes/<str:key>/identity-secrets", vouching.IdentitySecrets.as_view()),
    path("api/v1/inboxes/<str:key>/identity-secrets/<uuid:secret>", vouching.OneIdentitySecret.as_view()),
]
