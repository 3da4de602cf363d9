"""How the two streams of a subject are named: a pair of ids that differ in their last bit.

The even id is the subject itself and its public stream, the odd one its staff stream. So a stream's id says what
it belongs to and who may see it without a look-up, and the pair lies side by side in every index.
"""

from uuid import UUID

from uuid_utils.compat import uuid7

from conversations.engine.events import Audience


def new_subject() -> UUID:
    """Make an id for something that shall have streams: a UUIDv7 with an even last bit."""
    return UUID(int=uuid7().int & ~1)


def stream_of(*, subject: UUID, audience: Audience) -> UUID:
    """Answer the id of a subject's public or staff stream."""
    return subject if audience is Audience.PUBLIC else UUID(int=subject.int | 1)


def streams_of(*, subject: UUID) -> list[UUID]:
    """Answer both stream ids in the order in which they are locked."""
    return [subject, UUID(int=subject.int | 1)]


def subject_of(*, stream: UUID) -> UUID:
    """Answer what a stream belongs to."""
    return UUID(int=stream.int - 1) if stream.int & 1 else stream


def audience_of(*, stream: UUID) -> Audience:
    """Answer who may see a stream."""
    return Audience.STAFF if stream.int & 1 else Audience.PUBLIC
