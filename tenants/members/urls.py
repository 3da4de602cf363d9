"""Routes of people, on a tenant's host."""

from django.urls import path

from tenants.members import api, pages
from tenants.members.account import api as account
from tenants.members.invitations import api as invitations
from tenants.members.people import api as people
from tenants.members.roles import api as roles

urlpatterns = [
    path("sign-in", pages.sign_in, name="sign-in"),
    path("sign-out", pages.sign_out, name="sign-out"),
    path("api/v1/session", api.SessionView.as_view(), name="session"),
    path("api/v1/me", api.MeView.as_view(), name="me"),
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
