"""Routes of customers' own tickets."""

from django.urls import path

from conversations.channels.portal import api

ONE = "api/v1/visitors/tickets/<uuid:ticket>"

urlpatterns = [
    path("api/v1/visitors/tickets", api.OwnTickets.as_view()),
    path(ONE, api.OneOwnTicket.as_view()),
    path(f"{ONE}/comments", api.OwnTicketComments.as_view()),
    path(f"{ONE}/files", api.OwnTicketFiles.as_view()),
    path(f"{ONE}/escalate", api.EscalateOwnTicket.as_view()),
    path(f"{ONE}/confirm", api.ConfirmOwnTicket.as_view()),
    path(f"{ONE}/reopen", api.ReopenOwnTicket.as_view()),
]
