"""Routes of the desk."""

from django.urls import path

from conversations.desk import api, colleagues, conference_api, supervising, visitors

urlpatterns = [
    path("api/v1/queues", api.Queues.as_view()),
    path("api/v1/me/offers", api.OwnOffers.as_view()),
    path("api/v1/conversations/<uuid:conversation>/accept", api.Accept.as_view()),
    path("api/v1/conversations/<uuid:conversation>/decline", api.Decline.as_view()),
    path("api/v1/conversations/<uuid:conversation>/transfer", api.Transfer.as_view()),
    path("api/v1/members/<uuid:person>/presence", colleagues.ColleaguePresence.as_view()),
    path("api/v1/me/invitations", conference_api.OwnInvitations.as_view()),
    path("api/v1/conversations/<uuid:conversation>/invite", conference_api.Invite.as_view()),
    path("api/v1/conversations/<uuid:conversation>/join", conference_api.Join.as_view()),
    path("api/v1/conversations/<uuid:conversation>/decline-invitation", conference_api.DeclineInvitation.as_view()),
    path("api/v1/conversations/<uuid:conversation>/leave", conference_api.Leave.as_view()),
    path("api/v1/conversations/<uuid:conversation>/watch", supervising.Watch.as_view()),
    path("api/v1/visitors/queue", visitors.VisitorQueue.as_view()),
]
