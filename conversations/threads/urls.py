"""Routes of conversations."""

from django.urls import path

from conversations.threads.api import (
    amending,
    blocking,
    conversations,
    drafts,
    erasure,
    events,
    mentions,
    messages,
    replies,
)

urlpatterns = [
    path("api/v1/conversations", conversations.Conversations.as_view()),
    path("api/v1/conversations/<uuid:conversation>", conversations.OneConversation.as_view()),
    path("api/v1/conversations/<uuid:conversation>/take", conversations.Take.as_view()),
    path("api/v1/conversations/<uuid:conversation>/assign", conversations.Assign.as_view()),
    path("api/v1/conversations/<uuid:conversation>/notes", messages.Notes.as_view()),
    path("api/v1/conversations/<uuid:conversation>/resolve", conversations.Resolve.as_view()),
    path("api/v1/conversations/<uuid:conversation>/reopen", conversations.Reopen.as_view()),
    path("api/v1/conversations/<uuid:conversation>/snooze", conversations.Snooze.as_view()),
    path("api/v1/conversations/<uuid:conversation>/wake", conversations.Wake.as_view()),
    path("api/v1/conversations/<uuid:conversation>/tags", conversations.Tags.as_view()),
    path("api/v1/conversations/<uuid:conversation>/priority", conversations.SetPriority.as_view()),
    path("api/v1/conversations/<uuid:conversation>/canned-replies", replies.Replies.as_view()),
    path("api/v1/conversations/<uuid:conversation>/messages", messages.Messages.as_view()),
    path("api/v1/conversations/<uuid:conversation>/messages/<int:seq>", amending.OneMessage.as_view()),
    path("api/v1/conversations/<uuid:conversation>/messages/<int:seq>/recall", amending.Recall.as_view()),
    path("api/v1/conversations/<uuid:conversation>/messages/<int:seq>/reactions", amending.React.as_view()),
    path("api/v1/conversations/<uuid:conversation>/messages/<int:seq>/originals", amending.MessageOriginals.as_view()),
    path("api/v1/conversations/<uuid:conversation>/read", messages.Reads.as_view()),
    path("api/v1/me/mentions", mentions.Mentions.as_view()),
    path("api/v1/me/mentions/read", mentions.MentionsRead.as_view()),
    path("api/v1/me/drafts", drafts.Drafts.as_view()),
    path("api/v1/me/drafts/<uuid:conversation>/<str:kind>", drafts.OneDraft.as_view()),
    path("api/v1/contacts/<uuid:contact>/erase", erasure.EraseContact.as_view()),
    path("api/v1/contacts/<uuid:contact>/block", blocking.Block.as_view()),
    path("api/v1/contacts/<uuid:contact>/unblock", blocking.Unblock.as_view()),
    path("api/v1/events", events.Events.as_view()),
]
