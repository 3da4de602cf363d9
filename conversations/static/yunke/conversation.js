// What the events of one conversation mean to members, who see both streams of it. See thread.js.

import { AMENDS } from "./amends.js";
import { POSTED, apply as fold, emptyThread as empty } from "./thread.js";

export { POSTED, applyGap, isStaff, lastFrom, unreadFrom } from "./thread.js";

export const emptyThread = () => ({ ...empty(), assignee: null, assigneeName: null });

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

const OF_MEMBERS = {
  ...AMENDS,
  "contact.erased.v1": (state) => ({
    ...state,
    items: state.items.map(blank),
    assigneeName: state.assigneeName && "",
  }),
  "conversation.assigned.v1": (state, { body }) => ({ ...state, assignee: body.to, assigneeName: body.name }),
};

export const SHOWN = new Set([
  "conversation.started.v1",
  POSTED,
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

/** Answer the state after `events`; events already in `state` change nothing. */
export const apply = (events, state) => fold(events, state, OF_MEMBERS, SHOWN);

/** The message at a seq of what the contact sees. */
export const messageAt = (seq, { items }) => items.find((it) => it.kind === POSTED && it.seq === seq);
