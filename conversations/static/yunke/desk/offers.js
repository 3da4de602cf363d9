// What one is offered: a pure reducer over the REST list and desk events, so that apply(events, stale) equals fresh.
// No DOM, no socket, no clock.

const ENDS = new Set([
  "conversation.offer_declined.v1",
  "conversation.offer_lapsed.v1",
  "conversation.assigned.v1",
  "conversation.queued.v1",
  "conversation.resolved.v1",
]);

/** The offers as REST answered them: conversation -> { until }, in the order in which they lapse. */
export const loadedOffers = ({ results }) => new Map(results.map(({ conversation, until }) => [conversation, { until }]));

/** Answer what `me` is offered after desk events; whatever happens to a conversation then ends its offer. */
export function applyOffers(events, me, offers) {
  const next = new Map(offers);
  for (const { kind, conversation, body } of events) {
    if (kind === "conversation.offered.v1") {
      next.delete(conversation);
      if (body.to === me) next.set(conversation, { until: body.until });
    } else if (ENDS.has(kind)) next.delete(conversation);
  }
  return next;
}
