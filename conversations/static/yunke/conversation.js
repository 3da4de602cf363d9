// What the events of one conversation mean: pure reducers, so that apply(events, stale) equals fresh.
// No DOM, no socket, no clock. Each field follows from one stream alone, whatever order the two come in.

export const emptyThread = () => ({
  items: [],
  publicSeq: 0,
  staffSeq: 0,
  contactRead: 0,
  memberRead: 0,
  status: "open",
  assignee: null,
  assigneeName: null,
});

/** As the log tells it after its contact was erased. */
const blank = (it) => ({
  ...it,
  id: null,
  ...("text" in it && { text: "" }),
  ...("words" in it && { words: "" }),
  ...("added" in it && { tags: [], added: [], removed: [] }),
  ...("answers" in it && { answers: {} }),
  ...(it.name && { name: "" }),
});

const MARKS = {
  "contact.erased.v1": (state) => ({
    ...state,
    items: state.items.map(blank),
    assigneeName: state.assigneeName && "",
  }),
  "conversation.read.v1": (state, { body }) =>
    body.by === "contact"
      ? { ...state, contactRead: Math.max(state.contactRead, body.seq) }
      : { ...state, memberRead: Math.max(state.memberRead, body.seq) },
  "conversation.resolved.v1": (state) => ({ ...state, status: "resolved" }),
  "conversation.reopened.v1": (state) => ({ ...state, status: "open" }),
  "conversation.assigned.v1": (state, { body }) => ({ ...state, assignee: body.to, assigneeName: body.name }),
};

export const SHOWN = new Set([
  "conversation.started.v1",
  "message.posted.v1",
  "note.posted.v1",
  "conversation.resolved.v1",
  "conversation.reopened.v1",
  "conversation.assigned.v1",
  "contact.merged.v1",
  "conversation.introduced.v1",
  "conversation.transferred.v1",
  "conversation.tagged.v1",
  "conversation.prioritized.v1",
]);

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
export function apply(events, state) {
  let next = { ...state, items: [...state.items] };
  for (const event of events) {
    const staff = isStaff(event);
    const head = staff ? "staffSeq" : "publicSeq";
    if (event.seq <= next[head]) continue;
    next[head] = event.seq;
    next = MARKS[event.kind]?.(next, event) ?? next;
    if (SHOWN.has(event.kind)) insert(next.items, item(event, staff));
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
  state.items.reduce((most, it) => (it.kind === "message.posted.v1" && it.author === author ? Math.max(most, it.seq) : most), 0);

/** Messages of `author` that the other side has not read. */
export const unreadFrom = (author, read, state) =>
  state.items.filter((it) => it.kind === "message.posted.v1" && it.author === author && it.seq > read).length;
