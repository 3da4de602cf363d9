"""Changing a password as anybody at an open browser may try to: not too often."""

from datetime import datetime
from typing import Final

from django.http import HttpRequest

from tenants.context import current_tenant
from tenants.guessing import Guesses
from tenants.members.account import commands
from tenants.members.account.commands import WrongPassword
from tenants.members.member import Member
from tenants.refusals import Invalid
from tenants.tries import network_of

OLD_PASSWORDS: Final = Guesses(name="old password")


def change_password(*, request: HttpRequest, member: Member, old: str, new: str, now: datetime) -> None:
    """Change it; raise WrongPassword, Invalid or TooManyTries."""
    place, account = network_of(request), str(member.person_id)
    OLD_PASSWORDS.enter(place=place, account=account)
    try:
        commands.change_password(
            tenant=current_tenant(), member=member, session=request.session, old=old, new=new, now=now
        )
    except WrongPassword:
        raise
    except Invalid:
        OLD_PASSWORDS.succeeded(place=place, account=account)  # the old one was right
        raise
    OLD_PASSWORDS.succeeded(place=place, account=account)
