"""Routes of automation."""

from django.urls import path

from conversations.automation import api
from conversations.automation.macro import api as macros

RUN = "api/v1/dry-runs/<uuid:run>"

urlpatterns = [
    path("api/v1/dry-runs", api.DryRuns.as_view()),
    path(RUN, api.OneDryRun.as_view()),
    path(f"{RUN}/cases", api.DryRunCases.as_view()),
    path(f"{RUN}/cancel", api.CancelDryRun.as_view()),
    path("api/v1/rule-trouble", api.RuleTrouble.as_view()),
    path("api/v1/conversations/<uuid:conversation>/macro", macros.ConversationMacro.as_view()),
    path("api/v1/tickets/<uuid:ticket>/macro", macros.TicketMacro.as_view()),
]
