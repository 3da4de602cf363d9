"""The topic `events`: the change feed over the socket, from any position on, for programs and for members.

It says what the feed over REST says: the same events in the same order, only the kinds that may be seen.
"""

from collections.abc import Sequence

from conversations.engine.events import get_kinds
from conversations.engine.following import PostgresLog
from conversations.live.answers import Gap, Mark
from conversations.live.feeds import Receiver, Subscription
from conversations.live.lens import Lens
from conversations.live.refusals import NoSuchKind
from conversations.live.topics import EVENTS, Rendered
from conversations.threads.actors import Actor
from conversations.threads.feed import kinds_seen
from conversations.threads.rules import sees_personal
from tenants.context import TenantRef


def choose_kinds(*, actor: Actor, wanted: Sequence[str] | None) -> frozenset[str]:
    """Answer the kinds of those wanted (None: of all) that somebody may see; raise NoSuchKind."""
    if wanted is None:
        return kinds_seen(actor=actor)
    if not get_kinds().keys() >= set(wanted):
        raise NoSuchKind
    return kinds_seen(actor=actor) & set(wanted)


class EventsSubscription(Subscription):
    """One socket's feed. `last` is the position up to which everything it may see went out."""

    def __init__(
        self, *, receiver: Receiver, after: int, kinds: frozenset[str], actor: Actor, lens: Lens | None = None
    ) -> None:
        """Begin after that position with these kinds."""
        super().__init__(receiver=receiver, topic=EVENTS, after=after, render=self._show, lens=lens)
        self._kinds = kinds
        self._personal = sees_personal(actor=actor)
        self._told = after  # up to here its client knows that it has everything

    async def catch_up(self, *, log: PostgresLog, tenant: TenantRef) -> None:  # type: ignore[override] # a log that can be asked
        """Send everything after `last` that is still there, then go live; what is not there any more is told."""
        kinds = sorted(self._kinds)
        while not self.live and not self.ended:
            page = await log.read_feed(tenant=tenant, kinds=kinds, after=self.last)
            if page.gap is not None:
                self._skip(*page.gap)
                continue
            await self._look(tenant, page.events)
            for event in page.events:
                await self.receiver.room()
                self._deliver(Rendered(event), event.position)
            self.last = page.position
            self.live = page.position >= max(page.head, self._seen)
        if not self.ended:
            self.mark()

    def mark(self) -> None:
        """Tell how far it is, if that is farther than the last event said: what was left out leaves no hole."""
        if self.last > self._told:
            self._told = self.last
            self.receiver.push(Mark(topic=EVENTS.name, position=self.last).text())

    def _skip(self, first: int, last: int) -> None:
        self.receiver.push(Gap(topic=EVENTS.name, first=first, last=last).text())
        self.last = self._told = last

    def _deliver(self, rendered: Rendered, number: int) -> None:
        super()._deliver(rendered, number)
        if rendered.event.kind in self._kinds:
            self._told = number

    def _show(self, rendered: Rendered) -> str | None:
        if rendered.event.kind not in self._kinds:
            return None
        return rendered.for_program(personal=self._personal)
