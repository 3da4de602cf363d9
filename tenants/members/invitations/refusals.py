"""What inviting and accepting refuse."""

from tenants.refusals import Refusal


class AlreadyInvited(Refusal):
    """This address has an open invitation; send that one again or withdraw it."""

    code = "already_invited"
    status = 409


class TooManyInvitations(Refusal):
    """A company can invite 100 people an hour; go on later."""

    code = "too_many_invitations"
    status = 429
    wait = 3600


class SentJustNow(Refusal):
    """This invitation was sent less than a minute ago."""

    code = "sent_just_now"
    status = 429
    wait = 60


class InvitationClosed(Refusal):
    """This invitation is accepted or withdrawn already."""

    code = "invitation_closed"
    status = 409


class InvitationUnknown(Refusal):
    """This invitation is not known here: open the link of the mail once more, or ask to be invited anew."""

    code = "invitation_unknown"
    status = 404


class InvitationAccepted(Refusal):
    """This invitation is accepted already: sign in."""

    code = "invitation_accepted"
    status = 410


class InvitationWithdrawn(Refusal):
    """This invitation has been withdrawn."""

    code = "invitation_withdrawn"
    status = 410


class InvitationExpired(Refusal):
    """This invitation has expired; ask to be invited anew."""

    code = "invitation_expired"
    status = 410
