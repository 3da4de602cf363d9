"""Live delivery: the socket, every frame of both directions, every topic, and what travels on the bus."""

from typing import Final

from tests.architecture.probe.classes import EVERYBODY, INSIDE, MEMBER, STAFF, VISITOR, Bound, Entry, Id, Who

BOTH: Final = MEMBER | VISITOR
ALL: Final = STAFF | VISITOR  # programs listen to the change feed, and say nothing here


def frame(name: str, who: frozenset[Who] = BOTH, bound: Bound = Bound.HOST, **ids: Id) -> Entry:
    """Answer the entry of a frame that clients say."""
    return Entry(name=f"frame {name}", who=who, bound=bound, ids=ids)


def answer(name: str, who: frozenset[Who] = BOTH) -> Entry:
    """Answer the entry of a frame that the server says: to one socket, or to those who look at the same."""
    return Entry(name=f"answer {name}", who=who, bound=Bound.HOST)


def topic(name: str, who: frozenset[Who], **ids: Id) -> Entry:
    """Answer the entry of a topic."""
    return Entry(name=f"topic {name}", who=who, bound=Bound.HOST, ids=ids)


ENTRIES: Final = (
    Entry(name="socket live/v1", who=EVERYBODY, bound=Bound.SIGNED, why="hello shows a ticket or a resume token"),
    frame("Hello", EVERYBODY, Bound.SIGNED, ticket=Id.PLAIN, resume=Id.PLAIN),
    frame("Subscribe", ALL, topic=Id.CONVERSATION, kinds=Id.PLAIN),
    frame("Unsubscribe", ALL, topic=Id.CONVERSATION),
    frame("Send", conversation=Id.CONVERSATION, id=Id.PLAIN, files=Id.PLAIN),
    frame("Read", conversation=Id.CONVERSATION),
    frame("Typing", conversation=Id.CONVERSATION),
    frame("Presence", MEMBER),
    frame("Ping", ALL),
    *(answer(name, ALL) for name in ("Welcome", "Subscribed", "Event", "Gap", "Error", "Pong", "Closing")),
    answer("Ack"),
    answer("TypingSign"),
    answer("Mark", STAFF),
    answer("Presences", MEMBER),
    answer("PresenceChange", MEMBER),
    topic("conversation", BOTH, conversation=Id.CONVERSATION),
    topic("staff", MEMBER, conversation=Id.CONVERSATION),
    topic("desk", MEMBER),
    topic("tickets", MEMBER),
    topic("presence", MEMBER),
    topic("events", STAFF),
    Entry(name="signal Hint", who=INSIDE, bound=Bound.NAMED, why="a schema and a position; the log is read for more"),
    Entry(name="signal News", who=INSIDE, bound=Bound.NAMED, why="events, on a bus that only our processes can reach"),
    Entry(name="signal Change", who=INSIDE, bound=Bound.PLATFORM, why="a tenant's id: look it up anew"),
    Entry(name="signal Whisper", who=INSIDE, bound=Bound.NAMED, why="a frame, for those of the schema who look on"),
)
