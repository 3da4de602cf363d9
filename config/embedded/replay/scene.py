"""What everybody who takes part in one replay shares."""

from dataclasses import dataclass

from config.embedded.replay.book import Book
from config.embedded.replay.findings import Findings
from config.embedded.replay.tally import Tally
from config.embedded.replay.web import Web


@dataclass(frozen=True, slots=True)
class Scene:
    """What is played, how to ask the server, what is counted, what was found."""

    book: Book
    web: Web
    tally: Tally
    findings: Findings
