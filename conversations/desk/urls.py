"""Routes of the desk."""

from django.urls import path

from conversations.desk import api, visitors

urlpatterns = [
    path("api/v1/queues", api.Queues.as_view()),
    path("api/v1/me/offers", api.OwnOffers.as_view()),
    path("api/v1/conversations/<uuid:conversation>/accept", api.Accept.as_view()),
    path("api/v1/conversations/<uuid:conversation>/decline", api.Decline.as_view()),
    path("api/v1/conversations/<uuid:conversation>/transfer", api.Transfer.as_view()),
    path("api/v1/visitors/queue", visitors.VisitorQueue.as_view()),
]
