"""What is not right in a form, said in the reader's language. Programs are told it in English, by the API."""

import re
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext

from tenants.refusals import Refusal

OTHER: Final = "One of the fields is not right."
ORIGIN: Final = "“%(origin)s” is not the address of a site such as https://www.example.com."
INBOX: Final[Mapping[str, str]] = {
    "name": "Enter a name of at most 100 characters.",
    "color": "Choose a colour.",
    "origins": "At most 50 sites may show it.",
    "greeting": "A greeting has at most 500 characters.",
    "edit_window_s": "Enter minutes, a day (1440) at most.",
    "queue": "This queue is not in force any more. Choose again.",
    "calendar": "These business hours are not in force any more. Choose again.",
}
KEY: Final[Mapping[str, str]] = {
    "scopes": "Choose at least one thing that the key may do.",
    "networks": "Enter networks such as 203.0.113.0/24, or addresses, one a line and at most 50.",
    "expires_at": "Choose a day that is still to come, in the next hundred years.",
}
ROUTING: Final[Mapping[str, str]] = {
    "key": "A short name has small letters, digits, - and _ only.",
    "name": "Enter a name of at most 100 characters.",
    "skills": "Enter one skill a line: a name of small letters and a level from 1 to 10, such as: billing 3",
    "languages": "Enter languages such as: en zh-Hans",
    "weights": "Enter one channel a line and a number, such as: webchat 1",
    "relaxations": "Enter one a line: seconds, each of them once, then by how many levels less, or any.",
    "overflow": "Say to which other queue in force conversations go on, and when.",
    "members": "One of these is no member any more. Choose again.",
    "teams": "One of these teams is not in force any more. Choose again.",
    "calendar": "These business hours are not in force any more. Choose again.",
    "capacity": "Enter a whole number from 0 to 1000.",
    "priority": "Enter a priority from 0 to 10.",
    "most_waiting": "Enter a whole number from 1 to 100000, or nothing.",
    "offer_s": "Enter whole seconds, a week at most.",
    "again_s": "Enter whole seconds, a week at most.",
    "unanswered_s": "Enter whole seconds, a week at most, or nothing.",
    "gone_s": "Enter whole seconds, a week at most, or nothing.",
    "wrap_up_s": "Enter whole seconds, a day at most, or nothing.",
}
TICKET: Final[Mapping[str, str]] = {
    "title": "Say in a few words what it is about.",
    "text": "Write something, at most 8000 characters.",
    "status": "The ticket cannot go on to this status.",
    "owner": "Whoever has it must be allowed to handle tickets. Choose again.",
    "member": "Whoever watches it must be allowed to handle tickets. Choose again.",
    "team": "This team is not in force any more. Choose again.",
    "parent": "There is no ticket of this number that it can be under.",
    "other": "There is no other ticket of this number.",
    "into": "There is no other ticket of this number.",
    "amount": "Enter a number above zero.",
    "for": "Say what for in at most 500 characters.",
    "fields": "Something that the form needs is missing or does not fit.",
}
RULES: Final[Mapping[str, str]] = {
    "key": "A short name has small letters, digits, - and _ only.",
    "name": "Enter a name of at most 100 characters.",
    "order": "Enter a place from 0 to 10000.",
    "when": "What it follows does not go together: seconds are needed for what is only unless, and all of one thing.",
    "if": "A question does not fit what it asks about, or its value.",
    "questions": "A question does not fit what it asks about, or its value.",
    "actions": "Something is to be done at least, and each needs what it takes, of what it is about.",
    "about": "Choose what it is about.",
    "calendar": "These business hours are not in force any more. Choose again.",
}
TICKETS: Final[Mapping[str, str]] = {
    "key": "A short name has small letters, digits, - and _ only.",
    "name": "Enter a name of at most 100 characters.",
    "prefix": "Numbers begin with a capital letter and at most nine more, or digits.",
    "statuses": "Each status needs a short name of its own and a name. One must begin, and one settle.",
    "moves": "Enter one status a line, a colon, and statuses that there are.",
    "form": "Each question needs a short name; one of a few needs those few.",
    "questions": "Each question needs a short name; one of a few needs those few.",
    "targets": "Promise something: at least one line such as usual 240, in minutes.",
    "ladder": "Each step needs a short name of its own and minutes.",
    "order": "Enter a place from 0 to 10000.",
    "calendar": "These business hours are not in force any more. Choose again.",
    "selector": "One of these types is not in force any more. Choose again.",
}
_END: Final = re.compile(r"[.\[].*", re.DOTALL)


def say_wrong(*, refusal: Refusal | None, words: Mapping[str, str]) -> list[str]:
    """Answer a sentence for each field that was refused, or why all was; nothing where nothing was."""
    if refusal is None:
        return []
    fields = dict.fromkeys(_END.sub("", error["field"]) for error in refusal.errors)
    return [gettext(words.get(field, OTHER)) for field in fields] or [gettext(refusal.detail)]
