"""Who asks about contacts over REST, and what they may see and change of them."""

from dataclasses import dataclass
from uuid import UUID

from rest_framework.request import Request

from tenants.audit.noting import Who, who_is
from tenants.members.authentication import get_caller
from tenants.members.bearer import KeyBearer
from tenants.members.permissions import PERSONAL_READ, READS_PERSONAL
from tenants.refusals import NotAllowed, Refusal


class PersonalFilter(Refusal):
    """Looking for people by what is personal takes the scope personal:read, or a role that reads it."""

    code = "personal_filter"
    status = 403


@dataclass(frozen=True, slots=True)
class Asking:
    """A member or a key: how the log and the audit name them, and whether names and addresses are shown to them."""

    by: UUID
    who: Who
    personal: bool


def get_asking(*, request: Request, edits: bool = False) -> Asking:
    """Answer who asks; raise NotAuthenticated, or NotAllowed for who may not see contacts, or not change them."""
    caller = get_caller(request=request)
    if not caller.may("conversations.view") or (edits and not caller.may("contacts.edit")):
        raise NotAllowed
    by = caller.key_id if isinstance(caller, KeyBearer) else caller.person_id
    personal = caller.may(PERSONAL_READ if isinstance(caller, KeyBearer) else READS_PERSONAL)
    return Asking(by, who_is(caller=caller), personal)
