"""What the pages of webhooks say, in English; the catalogue has the reader's language. Programs are told by the API."""

from typing import Final

from django.utils.translation import gettext

from conversations.console.keys import OVERLAPS as OVERLAPS  # noqa: PLC0414 - the same choice as for keys
from conversations.console.wording import say_wrong
from tenants.members.permissions import NOTES_READ, PERSONAL_READ
from tenants.refusals import Refusal

STATES: Final = {
    "unproved": "◌ Not verified yet",
    "live": "✓ Live",
    "paused": "⏸ Paused",
    "off": "✗ Switched off",
}
WHY_OFF: Final = {
    "gone": "Its server said that it wants nothing more (410 Gone).",
    "failing": "Its server has taken nothing for five days.",
    "restored": "It came back with an archive. Switch it on if this company is to call that server, too.",
}
DELIVERIES: Final = {"waiting": "◌ Waiting", "delivered": "✓ Delivered", "failed": "✗ Failed"}
SCOPES: Final = {
    NOTES_READ: "Internal notes, and who works on what",
    PERSONAL_READ: "Names, addresses and what was said",
    "audit.view": "The audit: who did what in this company",
    "presence.report": "Who is at work",
    "tickets.view": "Tickets",
}
DONE: Final = {
    "verify": "It answered the challenge. From now on it hears what happens.",
    "pause": "It is paused. What happens waits for 30 days.",
    "resume": "It is switched on. What has waited is sent now.",
    "test": "A test is on its way. It stands below as soon as you load the page anew.",
    "change": "Saved.",
    "remove": "The webhook is removed.",
    "replay": "It is sent again, under the same id.",
}
FIELDS: Final = {
    "url": "Enter an address that begins with https://, without a user, a password or a fragment.",
    "kinds": "One of these kinds of events is none any more. Choose again.",
    "scopes": "One of these cannot be told to webhooks. Choose again.",
    "filters": "Enter fields of events, none of them personal, and values; choose inboxes that there are.",
    "headers": "Enter a header a line, such as Authorization: Bearer abc, and at most 20. Some names are ours.",
    "after": "Enter two positions of the log, whole numbers.",
}
# Of refusals whose own words are for programs.
CODES: Final = {
    "unreachable": "That server does not answer. Nothing was changed.",
    "lookup_failed": "The name of that server cannot be looked up just now.",
    "address_refused": "This address is not one of a server on the public internet.",
    "timed_out": "That server takes longer than ten seconds.",
    "answer_too_large": "That server's answer is too large.",
    "not_proved": "That server did not answer the challenge: with a status of 2xx, and the word in data.challenge.",
    "address_changed": "The address was changed meanwhile. Verify it again.",
    "unproved": "This webhook has not been verified yet.",
    "too_many_webhooks": "There are 50 webhooks already. Remove one first.",
    "not_allowed": "A webhook cannot be told what you may not see yourself.",
}
# What went wrong with an attempt.
TROUBLES: Final = {
    **CODES,
    "unreachable": "The server does not answer.",
    "event_gone": "What it was to tell of is not kept any more.",
    "not_told": "It may not be told this any more.",
    "unreadable": "Its secret cannot be read: rotate it.",
    "unknown_kind": "What it was to tell of is of an unknown kind.",
}


def say(*, refusal: Refusal | None) -> list[str]:
    """Answer what is wrong, in the reader's language."""
    if refusal is not None and not refusal.errors and refusal.code in CODES:
        return [gettext(CODES[refusal.code])]
    return say_wrong(refusal=refusal, words=FIELDS)
