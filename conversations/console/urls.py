"""Routes of the pages, on a tenant's host."""

from django.urls import path

from conversations.console import audit, files, inboxes, keys, routing, ticket, views, wall, widget
from conversations.console.automation import sections as rules
from conversations.console.automation import trying
from conversations.console.tickets import listing, one, opening, report, sections

urlpatterns = [
    path("", views.desk, name="desk"),
    path("settings/inboxes", inboxes.page, name="inboxes"),
    path("settings/routing", routing.page, name="routing"),
    path("settings/rules", rules.page, name="rules"),
    path("settings/rules/runs", trying.runs, name="dry-runs"),
    path("settings/rules/runs/<uuid:run>", trying.one, name="dry-run"),
    path("settings/tickets", sections.page, name="ticket-settings"),
    path("settings/keys", keys.page, name="keys"),
    path("settings/audit", audit.page, name="audit"),
    path("tickets", listing.page, name="tickets"),
    path("tickets/news", listing.news, name="tickets-news"),
    path("tickets/new", opening.page, name="new-ticket"),
    path("tickets/<uuid:ticket>", one.page, name="staff-ticket"),
    path("tickets/<uuid:ticket>/news", one.news, name="staff-ticket-news"),
    path("reports/promises", report.page, name="promise-report"),
    path("reports/promises.csv", report.file, name="promise-file"),
    path("wall", wall.wall, name="wall"),
    path("t/<str:token>", ticket.page, name="ticket"),
    path("t/<str:token>/news", ticket.news, name="ticket-news"),
    path("t/<str:token>/files/<uuid:file>", ticket.file, name="ticket-file"),
    path("files/<str:token>", files.file, name="file"),
    path("try/<str:key>", views.sample_site, name="try"),
    path("widget.js", widget.loader, name="widget-loader"),
    path("widget/<str:key>", widget.frame, name="widget"),
]
