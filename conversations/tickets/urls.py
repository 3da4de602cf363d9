"""Routes of tickets."""

from django.urls import path

from conversations.tickets.api import belonging, files, said, tickets, working
from conversations.tickets.approvals import api as approvals
from conversations.tickets.reports import api as reports

ONE = "api/v1/tickets/<uuid:ticket>"

urlpatterns = [
    path("api/v1/tickets", tickets.Tickets.as_view()),
    path(ONE, tickets.OneTicket.as_view()),
    path("api/v1/reports/promises", reports.PromiseReport.as_view()),
    path("api/v1/reports/promises/now", reports.PromisesOfNow.as_view()),
    path("api/v1/reports/promises/cases", reports.PromiseCases.as_view()),
    path(f"{ONE}/merge", tickets.MergeTicket.as_view()),
    path(f"{ONE}/comments", said.TicketComments.as_view()),
    path(f"{ONE}/acknowledge", said.AcknowledgeTicket.as_view()),
    path(f"{ONE}/link", tickets.LinkForCustomer.as_view()),
    path(f"{ONE}/history", said.TicketHistory.as_view()),
    path(f"{ONE}/files", files.TicketFiles.as_view()),
    path(f"{ONE}/links", belonging.TicketLinks.as_view()),
    path(f"{ONE}/links/<uuid:other>", belonging.OneTicketLink.as_view()),
    path(f"{ONE}/conversations/<uuid:conversation>", belonging.TicketConversation.as_view()),
    path(f"{ONE}/watchers/<uuid:person>", belonging.TicketWatcher.as_view()),
    path(f"{ONE}/checklist", working.TicketChecklist.as_view()),
    path(f"{ONE}/checklist/<uuid:item>", working.OneTicketItem.as_view()),
    path(f"{ONE}/time", working.TicketTimes.as_view()),
    path(f"{ONE}/time/<uuid:entry>", working.OneTicketTime.as_view()),
    path(f"{ONE}/approvals", approvals.TicketApprovals.as_view()),
    path(f"{ONE}/approvals/<uuid:approval>", approvals.OneTicketApproval.as_view()),
    path(f"{ONE}/approvals/<uuid:approval>/answer", approvals.AnswerTicketApproval.as_view()),
]
