"""Routes of people, on a tenant's host."""

from django.urls import path

from tenants.members import api, pages
from tenants.members.account import api as account
from tenants.members.account import pages as account_pages
from tenants.members.invitations import api as invitations
from tenants.members.invitations import pages as invitations_pages
from tenants.members.people import api as people
from tenants.members.people import pages as people_pages
from tenants.members.resets import pages as resets_pages
from tenants.members.roles import api as roles
from tenants.members.roles import pages as roles_pages
from tenants.members.switching import api as switching
from tenants.members.switching import pages as switching_pages

urlpatterns = [
    path("sign-in", pages.sign_in, name="sign-in"),
    path("sign-out", pages.sign_out, name="sign-out"),
    path("api/v1/session", api.SessionView.as_view(), name="session"),
    path("api/v1/me", api.MeView.as_view(), name="me"),
    path("settings/account", account_pages.page),
    path("settings/members", people_pages.page),
    path("settings/roles", roles_pages.page),
    path("invitation", invitations_pages.page),
    path("forgot", resets_pages.forgot, name="forgot"),
    path("reset", resets_pages.reset),
    path("switch-to", switching_pages.leave),
    path("switch", switching_pages.arrive),
    path("api/v1/me/tenants", switching.OwnTenants.as_view()),
    path("api/v1/me/password", account.OwnPassword.as_view()),
    path("api/v1/sessions", account.OwnSessions.as_view()),
    path("api/v1/sessions/<uuid:session>", account.OneSession.as_view()),
    path("api/v1/members", people.Members.as_view()),
    path("api/v1/members/<uuid:person>", people.OneMember.as_view()),
    path("api/v1/members/<uuid:person>/sessions", people.MemberSessions.as_view()),
    path("api/v1/roles", roles.Roles.as_view()),
    path("api/v1/roles/<str:role>", roles.OneRole.as_view()),
    path("api/v1/invitations", invitations.Invitations.as_view()),
    path("api/v1/invitations/<uuid:invitation>", invitations.OneInvitation.as_view()),
    path("api/v1/invitations/<uuid:invitation>/resend", invitations.Resend.as_view()),
]
