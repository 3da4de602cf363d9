// The list's state: pure reducers over REST snapshots and desk events, so that apply(events, stale) equals fresh.
// No DOM, no socket, no clock.

export const FILTERS = {
  mine: { query: { status: "open", assignee: "me", snoozed: false }, holds: (row, me) => row.status === "open" && !row.snoozed && row.assignee === me },
  unassigned: { query: { status: "open", assignee: "none" }, holds: (row) => row.status === "open" && !row.assignee },
  open: { query: { status: "open", snoozed: false }, holds: (row) => row.status === "open" && !row.snoozed },
  snoozed: { query: { status: "open", snoozed: true }, holds: (row) => row.status === "open" && row.snoozed },
  resolved: { query: { status: "resolved" }, holds: (row) => row.status === "resolved" },
};

/** `early` has the events of conversations that are being asked for: the answer may be older than they are. */
export const emptyRows = () => ({ rows: {}, reach: {}, early: {} });

/** What stands for the name of a contact who was erased. */
export const ERASED = "—";

/** What unread can be told from: the count in the snapshot, and what the contact wrote since. */
const fromSnapshot = (found, position) => ({
  ...found,
  position,
  base: { unread: found.unread, seq: found.public_seq },
  newer: [],
});

const newest = (known, found) => !known || found.public_seq >= known.public_seq;

/** Snapshots take the place of older ones; what was heard meanwhile of conversations not known yet comes on top. */
function taken(snapshots, state) {
  const [rows, early] = [{ ...state.rows }, { ...state.early }];
  for (const found of snapshots) {
    if (!newest(rows[found.id], found)) continue;
    rows[found.id] = (early[found.id] ?? []).reduce(applyOne, found);
    delete early[found.id];
  }
  return { ...state, rows, early };
}

/** A page of the list. `next` null: the filter is loaded to its end. */
export function loaded({ results, next, position }, filter, state) {
  const oldest = next ? results.at(-1).last_at : "";
  const known = taken(results.map((found) => fromSnapshot(found, position)), state);
  return { ...known, reach: { ...state.reach, [filter]: { next, oldest } } };
}

/** One conversation as the server answered it. */
export function merged(found, state) {
  return taken([fromSnapshot(found, state.rows[found.id]?.position ?? 0)], state);
}

function readUpTo(row, seq) {
  const base = seq >= row.base.seq ? { ...row.base, unread: 0 } : row.base;
  const newer = row.newer.filter((each) => each > seq);
  return { ...row, base, newer, unread: base.unread + newer.length, member_read_seq: Math.max(row.member_read_seq, seq) };
}

function posted(row, { seq, at, body }) {
  const next = { ...row, last_at: at, last_text: body.text, last_author: body.author };
  if (body.author !== "contact") return next;
  const newer = [...row.newer, seq];
  return { ...next, newer, unread: row.base.unread + newer.length };
}

const CHANGES = {
  "message.posted.v1": posted,
  "message.edited.v1": (row, { body }) => (body.is_last ? { ...row, last_text: body.text } : row),
  "message.recalled.v1": (row, { body }) => (body.is_last ? { ...row, last_text: "" } : row),
  "conversation.read.v1": (row, { body }) =>
    body.by === "member" ? readUpTo(row, body.seq) : { ...row, contact_read_seq: Math.max(row.contact_read_seq, body.seq) },
  "conversation.resolved.v1": (row) => ({ ...row, status: "resolved" }),
  "conversation.reopened.v1": (row) => ({ ...row, status: "open" }),
  "contact.erased.v1": (row) => ({ ...row, last_text: "", tags: [], contact: { ...row.contact, name: ERASED } }),
  "conversation.assigned.v1": (row, { body }) => ({ ...row, assignee: body.to, snoozed: false, snoozed_until: null }),
  "conversation.snoozed.v1": (row, { body }) => ({ ...row, snoozed: true, snoozed_until: body.until }),
  "conversation.woken.v1": (row) => ({ ...row, snoozed: false, snoozed_until: null }),
  "conversation.tagged.v1": (row, { body }) => ({ ...row, tags: body.tags }),
  "conversation.prioritized.v1": (row, { body }) => ({ ...row, priority: body.priority }),
  "contact.merged.v1": (row, { body: { contact, name, external_id } }) => ({
    ...row,
    contact_id: contact,
    contact: { id: contact, name, vouched: true, external_id, blocked: false }, // who is says so right after this
  }),
};

/** Its contact is shown as somebody else from now on, or as themselves again. */
const shownAs = (row, { contact: id, members, name, external_id }) =>
  members.includes(row.contact_id) ? { ...row, contact: { ...row.contact, id, name, vouched: external_id !== null, external_id } } : row;

const blocked = (to) => (row, { members }) => (members.includes(row.contact_id) ? { ...row, contact: { ...row.contact, blocked: to } } : row);

/** What happens to a contact is told once, whatever the number of their conversations. */
const OF_CONTACTS = {
  "contact.changed.v1": (row, { contact, name }) => (row.contact.id === contact && name ? { ...row, contact: { ...row.contact, name } } : row),
  "contact.united.v1": shownAs,
  "contact.parted.v1": shownAs,
  "contact.blocked.v1": blocked(true),
  "contact.unblocked.v1": blocked(false),
};

function applyOne(row, event) {
  if (event.position > row.position && event.kind in OF_CONTACTS) return { ...OF_CONTACTS[event.kind](row, event.body), position: event.position };
  const open = event.audience === "public";
  if (event.position <= row.position || (open && event.seq <= row.public_seq)) return row;
  const next = { ...row, position: event.position, public_seq: open ? event.seq : row.public_seq };
  return CHANGES[event.kind]?.(next, event) ?? next;
}

/** Answer the state after desk events, and the ids of conversations that have to be asked for. */
export function applyDesk(events, state) {
  const [rows, early, missing] = [{ ...state.rows }, { ...state.early }, new Set()];
  for (const event of events) {
    const { conversation: id } = event;
    if (!id) {
      for (const each of Object.keys(rows)) rows[each] = applyOne(rows[each], event);
      for (const each of Object.keys(early)) early[each] = [...early[each], event];
    } else if (rows[id]) rows[id] = applyOne(rows[id], event);
    else {
      early[id] = [...(early[id] ?? []), event];
      missing.add(id);
    }
  }
  return { state: { ...state, rows, early }, missing: [...missing] };
}

/** Nothing is known of a conversation that cannot be found. */
export function unknown(id, state) {
  const { [id]: _, ...early } = state.early;
  return { ...state, early };
}

/** The rows of a filter, newest first, down to where the filter has been loaded; the list has none without a message. */
export function visible(filter, me, { rows, reach }) {
  const oldest = reach[filter]?.oldest ?? "";
  return Object.values(rows)
    .filter((row) => row.last_author && FILTERS[filter].holds(row, me) && row.last_at >= oldest)
    .sort((a, b) => (a.last_at < b.last_at ? 1 : a.last_at > b.last_at ? -1 : a.id < b.id ? 1 : -1));
}
