// Every action of the agent page in one table: the palette, the keys and the help are all read from it.

import { lastFrom } from "../conversation.js";
import { isThere } from "./conference.js";
import { canHandOn } from "./handing.js";
import { STATES } from "./presence.js";
import { FILTERS } from "./rows.js";
import { canSnooze, canWake } from "./snoozing.js";

const here = (desk) => Boolean(desk.row);
const firstOffer = (desk) => desk.offers.keys().next().value;
const offered = (desk) => desk.offers.size > 0;
const firstInvited = (desk) => desk.invited.keys().next().value;
const invited = (desk) => desk.offers.size === 0 && desk.invited.size > 0;
const lastAsked = (desk) => (here(desk) ? lastFrom("contact", desk.thread) : 0);
const open = (desk) => desk.row?.status === "open";

/** id, key, words, when it is offered, what it does. */
export const ACTIONS = [
  { id: "next", key: "j", words: "key_next", run: (desk) => desk.move(1) },
  { id: "previous", key: "k", words: "key_previous", run: (desk) => desk.move(-1) },
  { id: "unread", key: "u", words: "key_unread", run: (desk) => desk.nextUnread() },
  { id: "answer", key: "r", words: "write_answer", when: (d) => here(d) && d.may("conversations.reply"), run: (desk) => desk.write("answer") },
  { id: "quote", key: "q", words: "quote_last", when: (d) => d.may("conversations.reply") && Boolean(lastAsked(d)), run: (desk) => desk.quote(lastAsked(desk)) },
  { id: "canned", key: "/", words: "canned", when: (d) => here(d) && d.may("conversations.reply") && d.may("definitions.view"), run: (desk) => desk.pane.composer.pick() },
  { id: "macro", key: "o", words: "macro", when: (d) => here(d) && d.may("definitions.view"), run: (desk) => desk.macros.show() },
  { id: "find", key: "s", words: "find", run: (desk) => desk.finding.show() },
  { id: "find-too", key: "/", words: "find", hidden: true, run: (desk) => desk.finding.show() }, // where no canned reply is to be had
  { id: "note", key: "n", words: "write_note", when: (d) => here(d) && d.may("conversations.note"), run: (desk) => desk.write("note") },
  { id: "take", key: "t", words: "take", when: (d) => open(d) && d.row.assignee !== d.me.id && d.may("conversations.take"), run: (desk) => desk.acts.take() },
  { id: "accept", key: "y", words: "accept_first", when: offered, run: (desk) => desk.acts.accept(firstOffer(desk)) },
  { id: "decline", key: "x", words: "decline_first", when: offered, run: (desk) => desk.acts.decline(firstOffer(desk)) },
  { id: "join", key: "y", words: "join_first", when: invited, run: (desk) => desk.acts.join(firstInvited(desk)) },
  { id: "not-join", key: "x", words: "not_join_first", when: invited, run: (desk) => desk.acts.notJoin(firstInvited(desk)) },
  { id: "invite", key: "i", words: "invite", when: canHandOn, run: (desk) => desk.handing.show({ invite: true }) },
  { id: "leave", key: "l", words: "leave", when: isThere, run: (desk) => desk.acts.leave() },
  { id: "assign", key: "a", words: "assign", when: (d) => here(d) && d.may("conversations.assign"), run: (desk) => desk.palette.show("assign") },
  { id: "hand-on", key: "h", words: "hand_on", when: canHandOn, run: (desk) => desk.handing.show() },
  { id: "tag", key: "l", words: "tag", when: (d) => here(d) && d.may("conversations.note"), run: (desk) => desk.label("tag") },
  { id: "prioritize", key: "p", words: "prioritize", when: (d) => here(d) && d.may("conversations.note"), run: (desk) => desk.label("priority") },
  { id: "snooze", key: "z", words: "snooze", when: canSnooze, run: (desk) => desk.snoozing.show() },
  { id: "wake", key: "z", words: "wake", when: canWake, run: (desk) => desk.acts.wake() },
  { id: "resolve", key: "e", words: "resolve", when: (d) => open(d) && d.may("conversations.resolve"), run: (desk) => desk.acts.resolve() },
  { id: "reopen", key: "e", words: "reopen", when: (d) => here(d) && !open(d) && d.may("conversations.resolve"), run: (desk) => desk.acts.reopen() },
  { id: "close", key: "Escape", words: "key_close", when: here, run: (desk) => desk.open(null) },
  ...Object.keys(FILTERS).map((name, at) => ({ id: `filter-${name}`, key: String(at + 1), words: `filter_${name}`, run: (desk) => desk.filter(name) })),
  ...STATES.map((state) => ({ id: `presence-${state}`, words: `set_${state}`, run: (desk) => desk.acts.setPresence(state) })),
  { id: "palette", key: "Ctrl K", words: "palette", hidden: true, run: (desk) => desk.palette.show() },
  { id: "mentions", key: "m", words: "mentions", run: (desk) => desk.mentions.show() },
  { id: "help", key: "?", words: "shortcuts", run: (desk) => desk.help() },
  { id: "wall", words: "wall", when: (d) => d.may("conversations.assign"), run: () => location.assign("/wall") },
  { id: "inboxes", words: "inboxes", when: (d) => d.may("inboxes.manage"), run: () => location.assign("/settings/inboxes") },
  { id: "language", words: "other_language", run: (desk) => desk.acts.speakOther() },
  { id: "sign-out", words: "sign_out", run: (desk) => desk.acts.signOut() },
];

export const allowed = (action, desk) => !action.when || action.when(desk);

const assignments = (desk) => [
  ...desk.members.filter(({ id }) => id !== desk.row?.assignee).map(({ id, name }) => ({ id: `assign-${id}`, label: desk.say("assign_to", { name }), more: desk.say(`state_${desk.presence.of(id).state}`), run: () => desk.acts.assign(id) })),
  ...(desk.row?.assignee ? [{ id: "assign-nobody", label: desk.say("assign_nobody"), run: () => desk.acts.assign(null) }] : []),
];

const conversations = (desk) =>
  desk.list.order.slice(0, 200).map((id) => {
    const row = desk.rows.rows[id];
    return { id: `go-${id}`, label: desk.say("go_to", { name: desk.contactName(row) }), more: row.last_text ?? "", run: () => desk.open(id) };
  });

/** What the palette offers now. `only`: "assign" for people alone, "macro" for macros. */
export function offers(desk, only) {
  const people = desk.row && desk.may("conversations.assign") ? assignments(desk) : [];
  if (only === "assign") return people;
  if (only === "macro") return desk.macros.offers();
  const acts = ACTIONS.filter((action) => !action.hidden && allowed(action, desk))
    .map(({ id, key, words, run }) => ({ id, key, label: desk.say(words), run: () => run(desk) }));
  return [...acts, ...people, ...conversations(desk)];
}

/** Keys act only where nobody is writing, and never with Alt (screen readers and input methods own it). */
export function listen(desk) {
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return desk.palette.show();
    }
    if (event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const aliases = { ArrowDown: "j", ArrowUp: "k" };
    const inList = event.target.closest(".list, body > :not(main)") || event.target === document.body;
    const key = aliases[event.key] ? (inList ? aliases[event.key] : null) : event.key;
    const action = ACTIONS.find((each) => each.key === key && allowed(each, desk));
    if (!action) return;
    event.preventDefault();
    action.run(desk);
  });
}
