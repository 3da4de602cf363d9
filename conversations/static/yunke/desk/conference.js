// Two who answer in one conversation: who is there and who is asked (pure, from the log), what one is invited to, and
// how all that looks. Inviting itself is handing.js: it asks the same things.

import { SHOWN } from "../conversation.js";
import { ICONS, h, icon } from "../dom.js";

const [INVITED, DECLINED, JOINED, LEFT] = ["invited", "invitation_declined", "joined", "left"].map((what) => `conversation.${what}.v1`);
[INVITED, DECLINED, JOINED, LEFT].forEach((kind) => SHOWN.add(kind));

const STEPS = {
  [INVITED]: (who, { to, name }) => who.set(to, { name, there: false }),
  [JOINED]: (who, { member, name }) => who.set(member, { name, there: true }),
  [DECLINED]: (who, { by }) => who.delete(by),
  [LEFT]: (who, { member }) => who.delete(member),
  "conversation.assigned.v1": (who, { to }) => who.delete(to),
  "conversation.resolved.v1": (who) => who.clear(),
};

/** Who is there besides whoever has it, and who is asked: member -> { name, there }. */
export function companyOf({ items }) {
  const who = new Map();
  for (const it of items) STEPS[it.kind]?.(who, it);
  return who;
}

export const isThere = (desk) => Boolean(companyOf(desk.thread).get(desk.me.id)?.there);

/** What one is invited to, after desk events: conversation -> { by, words }. */
export function applyInvited(events, me, invited) {
  const next = new Map(invited);
  for (const { kind, conversation: id, body } of events) {
    if (kind === INVITED && body.to === me) next.set(id, { by: body.by, words: body.words });
    else if (kind === "conversation.resolved.v1") next.delete(id);
    else if ([body.member, body.by, body.to].includes(me) && (STEPS[kind] ?? null) && kind !== INVITED) next.delete(id);
  }
  return next;
}

export const loadedInvited = ({ results }) => new Map(results.map(({ conversation }) => [conversation, { by: null, words: "" }]));

/** One invitation below the list. */
export function invitation(id, { by, words }, desk) {
  const { say } = desk;
  const name = desk.contactName(desk.rows.rows[id]);
  return h("li.offer", {},
    h("p.who", {}, icon(ICONS.person), h("b", {}, by ? say("invited_to_by", { name, by: desk.memberName(by) }) : say("invited_to", { name }))),
    h("p.last", {}, words || (desk.rows.rows[id]?.last_text ?? "")),
    h("div.choice", {},
      h("button.primary", { type: "button", "aria-label": say("join_name", { name }), onclick: () => desk.acts.join(id) }, say("join")),
      h("button", { type: "button", "aria-label": say("not_join_name", { name }), onclick: () => desk.acts.notJoin(id) }, say("decline"))));
}

/** Who answers besides, in the head of the conversation. */
export class Company {
  constructor(desk) {
    this.desk = desk;
    this.words = h("span", {});
    this.leave = h("button.link", { type: "button", onclick: () => desk.run("leave") }, desk.say("leave"));
    this.node = h("p.company", { hidden: true }, this.words, this.leave);
  }

  draw() {
    const { desk } = this;
    const who = [...companyOf(desk.thread)];
    const names = (there) => who.filter(([, each]) => each.there === there).map(([id, { name }]) => (id === desk.me.id ? desk.say("me", { name }) : name)).join(", ");
    const parts = [[true, "with"], [false, "asked"]].filter(([there]) => names(there)).map(([there, words]) => desk.say(words, { names: names(there) }));
    this.node.hidden = !parts.length;
    this.leave.hidden = !isThere(desk);
    if (this.words.textContent !== parts.join(" · ")) this.words.textContent = parts.join(" · ");
  }
}

/** What happened, as the conversation shows it; null for what is none of this. */
export function companyFact(it, desk) {
  const { say } = desk;
  if (it.kind === INVITED) return say(it.words ? "invited_now_with" : "invited_now", { by: desk.memberName(it.by), name: it.name, words: it.words });
  if (it.kind === JOINED) return say("joined_now", { name: it.name });
  if (it.kind === LEFT) return say("left_now", { name: desk.memberName(it.member) });
  return it.kind === DECLINED ? say("not_joined_now", { name: desk.memberName(it.by) }) : null;
}
