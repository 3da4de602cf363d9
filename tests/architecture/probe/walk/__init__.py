"""Finding what there is: each module walks one kind of thing and answers `Found`, named as the register names it."""

from collections.abc import Iterator

from tests.architecture.probe.classes import Found
from tests.architecture.probe.walk import frames, processes, routes, source


def find_everything() -> Iterator[Found]:
    """Answer every way in or through that needs no database to be seen."""
    yield from routes.find()
    yield from frames.find()
    yield from source.find()
    yield from processes.find()
