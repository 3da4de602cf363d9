"""What live delivery itself refuses, whatever the rooms' rules say."""

from conversations.engine.entry import SUSPENDED, Failure
from tenants.refusals import NotAllowed, Refusal, Suspended


class HelloFirst(Refusal):
    """The first frame is hello."""

    code = "hello_first"


class Restarting(Refusal):
    """This server is about to restart; come back in a moment."""

    code = "restarting"
    status = 503


class FilesUnsupported(Refusal):
    """Files cannot be sent here yet."""

    code = "files_unsupported"


class TooManyTopics(Refusal):
    """This session listens to too many topics."""

    code = "too_many_topics"
    status = 429


class NoSuchKind(Refusal):
    """There is no such kind of event, or this topic is not filtered by kind."""

    code = "unknown_kind"
    status = 404


class NotForKeys(NotAllowed):
    """An API key listens to the topic `events` here; all else it asks for and says over REST."""


class Busy(Refusal):
    """There is too much to do just now; come back in a moment."""

    code = "busy"
    status = 503


class TooFast(Refusal):
    """You said the same just now; say it again in a second."""

    code = "too_fast"
    status = 429


class Unavailable(Refusal):
    """This could not be done now; send it again with the same id."""

    code = "unavailable"
    status = 503


def as_refusal(*, failure: Failure) -> Refusal:
    """Answer what a sender is told of the writer's failure."""
    return Suspended() if failure == SUSPENDED else Unavailable()
