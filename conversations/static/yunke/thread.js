// What the events of one conversation mean to either side: pure reducers, so that apply(events, stale) equals fresh.
// No DOM, no socket, no clock. Each field follows from one stream alone, whatever order the two come in.

export const POSTED = "message.posted.v1";

export const emptyThread = () => ({ items: [], publicSeq: 0, staffSeq: 0, contactRead: 0, memberRead: 0, status: "open" });

/** As the log tells it after its contact was erased. */
const blank = (it) => ({ ...it, id: null, text: "", name: it.name && "" });

export const MARKS = {
  "contact.erased.v1": (state) => ({ ...state, items: state.items.map(blank) }),
  "conversation.read.v1": (state, { body }) =>
    body.by === "contact"
      ? { ...state, contactRead: Math.max(state.contactRead, body.seq) }
      : { ...state, memberRead: Math.max(state.memberRead, body.seq) },
  "conversation.resolved.v1": (state) => ({ ...state, status: "resolved" }),
  "conversation.reopened.v1": (state) => ({ ...state, status: "open" }),
};

export const isStaff = (event) => event.audience === "staff" || event.topic.startsWith("staff:");

const item = (event, staff) => ({
  key: `${staff ? "s" : "p"}${event.seq}`,
  order: event.position ?? event.seq,
  seq: event.seq,
  staff,
  kind: event.kind,
  at: event.at,
  id: event.id ?? null,
  sender: event.sender ?? null,
  ...event.body,
});

/** Nearly always the last place; an event of the other stream may belong further up. */
function insert(items, added) {
  let at = items.length;
  while (at > 0 && items[at - 1].order > added.order) at -= 1;
  items.splice(at, 0, added);
}

/** Answer the state after `events`; events already in `state` change nothing. */
export function apply(events, state, marks = MARKS, shown = new Set([POSTED])) {
  let next = { ...state, items: [...state.items] };
  for (const event of events) {
    const staff = isStaff(event);
    const head = staff ? "staffSeq" : "publicSeq";
    if (event.seq <= next[head]) continue;
    next[head] = event.seq;
    next = marks[event.kind]?.(next, event) ?? next;
    if (shown.has(event.kind)) insert(next.items, item(event, staff));
  }
  return next;
}

/** History before `frame.to` was cut: say so once, and go on from there. */
export function applyGap(frame, state) {
  const staff = isStaff(frame);
  const head = staff ? "staffSeq" : "publicSeq";
  const gap = { key: `gap-${frame.topic}`, order: 0, seq: frame.to, staff, kind: "gap" };
  const items = [gap, ...state.items.filter(({ key }) => key !== gap.key)];
  return { ...state, [head]: Math.max(state[head], frame.to), items };
}

/** Highest seq written by the other side: what a read mark may name. */
export const lastFrom = (author, state) =>
  state.items.reduce((most, it) => (it.kind === POSTED && it.author === author ? Math.max(most, it.seq) : most), 0);

/** Messages of `author` that the other side has not read. */
export const unreadFrom = (author, read, state) =>
  state.items.filter((it) => it.kind === POSTED && it.author === author && it.seq > read).length;
