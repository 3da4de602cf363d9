// What becomes of messages after they were said: more of what thread.js begins. The widget fetches it with the first
// such event.

import { MARKS, POSTED } from "./thread.js";

/** A change of one message; `rev` tells that it looks different now. */
const changed = (change) => (state, event) => ({
  ...state,
  items: state.items.map((it) => (it.kind === POSTED && it.seq === event.body.seq ? { ...it, ...change(it, event), rev: event.seq } : it)),
});

/** Who has put an emoji to it: how many of either side, and members by their ids where those are told. */
const reacted = (step) => changed((it, { body: { emoji, by }, sender }) => {
  const { [emoji]: had = { contact: 0, member: 0, who: [] }, ...others } = it.reactions ?? {};
  const who = [...had.who.filter((each) => each !== sender), ...(by === "member" && sender && step > 0 ? [sender] : [])];
  const now = { ...had, [by]: had[by] + step, who };
  return { reactions: now.contact + now.member ? { ...others, [emoji]: now } : others };
});

export const AMENDS = {
  ...MARKS,
  "message.edited.v1": changed((_, { body: { text } }) => ({ text, edited: true })),
  "message.recalled.v1": changed(() => ({ text: "", recalled: true })),
  "reaction.added.v1": reacted(1),
  "reaction.removed.v1": reacted(-1),
};
