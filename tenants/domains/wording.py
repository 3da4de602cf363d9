"""What is wrong with a domain, said in the reader's language. It is stored, and told by the API, in English."""

import re
from typing import Final

from django.utils.translation import gettext

# Every sentence that a look can end in; a bracket with what the network said may follow.
SENTENCES: Final = (
    "another company has proven it, and its proof is still there",
    "another company has proven it",
    "there is no TXT record",
    "its TXT record says something else",
    "its TXT record cannot be looked up",
    "its file cannot be read",
    "its file is not there",
    "its file says something else",
)
JOINT: Final = ", and "
_BRACKET: Final = re.compile(r" \([^()]*\)\Z")


def say_problem(*, problem: str) -> str:
    """Answer the problem in the language of now; what is not known stays as it is."""
    if problem in SENTENCES:
        return gettext(problem)
    return gettext(JOINT).join(_say(part) for part in problem.split(JOINT)) if problem else ""


def _say(part: str) -> str:
    found = _BRACKET.search(part)
    bracket = found.group() if found else ""
    return gettext(part.removesuffix(bracket)) + bracket
