// The events of one conversation as nodes: messages, notes, what happened, and what waits in the outbox.

import { ICONS, arrange, h, icon, prose } from "../dom.js";
import { reactionsOf } from "./amending.js";
import { labelled } from "./labels.js";
import { dayOf, fullTime, sameDay, timeOf } from "../words.js";
import { companyFact } from "./conference.js";
import { handedOn } from "./handing.js";
import { Introductions } from "./introduction.js";
import { quoteOf, quoteKey } from "./quoting.js";
import { snoozedUntil } from "./snoozing.js";

const NEAR_MS = 5 * 60_000;
const WINDOW = 80;

export class Timeline {
  #nodes = new Map();
  #window = WINDOW;

  constructor({ desk, node }) {
    Object.assign(this, { desk, node });
    this.introductions = new Introductions({ say: desk.say, onChange: () => desk.drawThread() });
  }

  /** Another conversation is shown from now on. */
  reset() {
    this.#nodes.clear();
    this.#window = WINDOW;
    this.node.replaceChildren();
  }

  draw({ state, entries }) {
    const from = Math.max(0, state.items.length - this.#window);
    const items = state.items.slice(from);
    const nodes = from > 0 ? [this.#earlier()] : [];
    const last = items.filter((it) => it.author === "member").at(-1);
    let before = null;
    for (const it of items) {
      if (it.at && (!before || !sameDay(before.at, it.at))) nodes.push(this.#day(it.at));
      nodes.push(this.#item(it, before, it === last ? state.contactRead : null));
      before = it.at ? it : before;
    }
    const known = new Set(items.map(({ id }) => id));
    for (const entry of entries) if (!known.has(entry.id)) nodes.push(this.#waiting(entry));
    arrange(this.node, nodes);
  }

  /** Go to a message, however long ago it was said. */
  reveal(seq, staff = false) {
    const find = () => this.node.querySelector(staff ? `[data-note="${seq}"]` : `[data-seq="${seq}"]`);
    if (!find()) {
      this.#window = Infinity;
      this.desk.drawThread();
    }
    const found = find();
    found?.scrollIntoView({ block: "center" });
    found?.focus({ preventScroll: true });
  }

  #once(key, make) {
    if (!this.#nodes.has(key)) this.#nodes.set(key, make());
    return this.#nodes.get(key);
  }

  #earlier() {
    const more = () => {
      this.#window += 2 * WINDOW;
      this.desk.drawThread();
    };
    return this.#once("earlier", () => h("button.quiet.earlier", { type: "button", onclick: more }, this.desk.say("earlier")));
  }

  #day(at) {
    const words = dayOf(at, this.desk.say);
    return this.#once(`day-${words}`, () => h("p.day", {}, words));
  }

  #item(it, before, seen) {
    if (it.kind === "message.posted.v1") return this.#message(it, before, seen);
    if (it.kind === "note.posted.v1") return this.#once(`${it.key} ${quoteKey(it, this.desk)}`, () => this.#note(it));
    if (it.kind === "conversation.transferred.v1") return this.#handedOn(it);
    if (it.kind === "conversation.introduced.v1") return this.#introduced(it);
    return this.#once(`${it.key} ${it.words ?? ""}`, () => h("p.fact", {}, this.#fact(it), it.at && h("time", { datetime: it.at, title: fullTime(it.at) }, timeOf(it.at))));
  }

  #handedOn(it) {
    const { desk } = this;
    const to = it.agent ? "" : desk.places.name(it.team ? "team" : "queue", it.team ?? it.queue);
    return this.#once(`${it.key} ${it.words} ${to}`, () => handedOn(it, desk));
  }

  #introduced(it) {
    const inbox = this.desk.row?.inbox.key;
    return this.#once(`${it.key} ${Object.keys(it.answers).length} ${this.introductions.key(inbox)}`, () => this.introductions.node(it, inbox));
  }

  #message(it, before, seen) {
    const near = before && Date.parse(it.at) - Date.parse(before.at) < NEAR_MS;
    const follows = near && before.kind === it.kind && before.author === it.author && before.sender === it.sender;
    const word = seen === null ? "" : seen >= it.seq ? "read" : "sent";
    const answer = it.author === "member";
    const name = answer ? it.name : this.desk.contactName(this.desk.rows.rows[this.desk.current]);
    return this.#once(`${it.key} ${Boolean(follows)} ${word} ${name} ${quoteKey(it, this.desk)} ${it.rev ?? ""}`, () =>
      h(`article.message${answer ? ".answer" : ""}${follows ? ".follows" : ""}`, { "aria-label": name, "data-seq": it.seq, tabindex: "-1" },
        !follows && h("p.name", {}, name, h("time", { datetime: it.at, title: fullTime(it.at) }, timeOf(it.at))),
        h("div.row-of-one", {}, this.desk.messageMenu.button(it, name),
          h("div.bubble", { title: fullTime(it.at) }, quoteOf(it, this.desk), it.recalled ? h("p.recalled", {}, this.desk.say("recalled")) : prose(it.text))),
        reactionsOf(it, this.desk),
        (word || it.edited) && h("p.state", {}, it.edited && !it.recalled && h("span", {}, this.desk.say("edited")), word && this.#word(word))));
  }

  #word(word) {
    return h("span", { "data-state": word }, icon(word === "read" ? ICONS.checks : ICONS.check), this.desk.say(word));
  }

  #note(it) {
    const label = h("span.label", {}, icon(ICONS.note), this.desk.say("note"));
    return h(`article.message.note${it.mentions?.includes(this.desk.me.id) ? ".names-me" : ""}`, { "aria-label": this.desk.say("note_by", { name: it.name }), "data-note": it.seq, tabindex: "-1" },
      h("p.name", {}, label, it.name, h("time", { datetime: it.at, title: fullTime(it.at) }, timeOf(it.at))),
      h("div.bubble", {}, quoteOf(it, this.desk), prose(it.text)));
  }

  #fact(it) {
    const { say } = this.desk;
    if (it.kind === "gap") return say("cut");
    const company = companyFact(it, this.desk);
    if (company !== null) return company;
    if (it.kind === "conversation.assigned.v1") return it.to ? say("assigned_to", { name: it.name ?? this.desk.memberName(it.to) }) : say("unassigned_now");
    if (it.kind === "conversation.tagged.v1" || it.kind === "conversation.prioritized.v1") return labelled(it, say);
    if (it.kind === "conversation.snoozed.v1") return snoozedUntil(it.until, say);
    if (it.kind === "conversation.woken.v1") return say(`woken_${it.reason}`);
    if (it.kind === "contact.merged.v1") return say("merged", { name: it.name });
    return say({ "conversation.started.v1": "started", "conversation.resolved.v1": "resolved_now", "conversation.reopened.v1": "reopened_now" }[it.kind]);
  }

  #waiting({ id, text, reply_to, state, code }) {
    return this.#once(`${id} ${state}`, () =>
      h(`article.message.answer.${state}`, { "aria-label": this.desk.say("you") },
        h("p.name", {}, this.desk.me.name),
        h("div.bubble", {}, quoteOf({ reply_to }, this.desk), prose(text)),
        state === "failed" ? this.#failed(id, code) : h("p.state", {}, state === "sent" ? this.#word("sent") : this.#unsent())));
  }

  #unsent() {
    return h("span", { "data-state": "unsent" }, icon(ICONS.clock), this.desk.say("unsent"));
  }

  #failed(id, code) {
    const { say, outbox, live } = this.desk;
    const retry = () => (outbox.retry(id), live.pump());
    return h("p.state", {},
      h("span", { "data-state": "failed" }, icon(ICONS.alert), say("failed", { code })),
      h("button.link", { type: "button", onclick: retry }, say("retry")),
      h("button.link", { type: "button", onclick: () => outbox.discard(id) }, say("discard")));
  }
}
