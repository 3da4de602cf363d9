"""When a member's wrap-up ends by itself."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from conversations.desk.agent import Agent as AgentBody
from conversations.desk.queue import Queue
from conversations.desk.rules.serving import Agent, serves


def ends_at(*, agent: Agent, body: AgentBody | None, queues: Iterable[Queue], since: datetime) -> datetime | None:
    """Answer when a wrap-up since then ends; None: when the member says so.

    What is said of the member counts, or else the least of what is said of the queues that they serve.
    """
    if body is not None and isinstance(body.wrap_up_s, int):
        return since + timedelta(seconds=body.wrap_up_s)
    said = [
        queue.wrap_up_s
        for queue in queues
        if isinstance(queue.wrap_up_s, int) and serves(agent=agent, queue=queue, team=None)
    ]
    return since + timedelta(seconds=min(said)) if said else None
