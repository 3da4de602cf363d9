// The messages of the widget as nodes: what the log says, then what waits in the outbox. What only some messages have
// is drawn by extras.js, which is fetched when one has it or somebody points at one.

import { SIGNS, arrange, h, icon, prose } from "../nodes.js";
import { dayOf, fullTime, sameDay, timeOf } from "../words.js";

const NEAR_MS = 5 * 60_000;

export class Transcript {
  #nodes = new Map();

  constructor(parts) {
    Object.assign(this, parts);
    for (const sign of ["pointerover", "focusin"]) this.log.addEventListener(sign, () => this.fetch(), { once: true });
  }

  /** What cannot be had now is asked for the next time. */
  async fetch() {
    this.asked ??= import("./extras.js").then((it) => it.load(this)).catch(() => (this.asked = null));
    if (!this.extras && (await this.asked)) (this.#nodes.clear(), this.onExtras());
  }

  draw({ state, entries }) {
    const nodes = [];
    this.items = state.items;
    let before = null;
    const own = state.items.filter((it) => it.author === "contact").at(-1);
    for (const it of state.items) {
      const made = this.#item(it, before, it === own ? state.contactSeen : null);
      if (!made) continue;
      if (!before || !sameDay(before.at, it.at)) nodes.push(this.#day(it.at));
      nodes.push(made);
      before = it;
    }
    const known = new Set(state.items.map(({ id }) => id));
    for (const entry of entries) if (!known.has(entry.id)) nodes.push(this.#waiting(entry));
    arrange(this.node, nodes);
  }

  #once(key, make) {
    if (!this.#nodes.has(key)) this.#nodes.set(key, make());
    return this.#nodes.get(key);
  }

  #day(at) {
    const words = dayOf(at, this.say);
    return this.#once(`day-${words}`, () => h("p.day", {}, words));
  }

  #item(it, before, seen) {
    if (it.kind === "gap") return this.#once(it.key, () => h("p.day", {}, this.say("cut")));
    const follows = before?.author === it.author && before?.name === it.name && Date.parse(it.at) - Date.parse(before.at) < NEAR_MS;
    const mine = it.author === "contact";
    const word = seen === null ? "" : seen >= it.seq ? "read" : "sent";
    if (it.reply_to || it.rev) this.fetch();
    return this.#once(`${it.key} ${follows} ${word} ${this.extras?.keyOf(it)}`, () =>
      h(`article.message${mine ? ".mine" : ""}${follows ? ".follows" : ""}`, { "aria-label": mine ? this.say("you") : it.name },
        !mine && !follows && h("p.name", {}, it.name),
        h("div.bubble", { title: fullTime(it.at) }, this.extras?.above(it), this.extras?.instead(it) ?? prose(it.text)),
        this.extras?.beside(it),
        h("p.state", {}, h("time", { datetime: it.at }, timeOf(it.at)), word && this.#word(word))));
  }

  #word(word) {
    return h("span", { "data-state": word }, icon(word === "read" ? SIGNS.checks : SIGNS.check), this.say(word));
  }

  #waiting(entry) {
    const { id, text, state } = entry;
    const failed = state === "failed" && (this.fetch(), this.extras?.failed(entry));
    return this.#once(`${id} ${state} ${!failed}`, () =>
      h(`article.message.mine.${state}`, { "aria-label": this.say("you") },
        h("div.bubble", {}, prose(text)),
        failed || h("p.state", {}, state === "sent" ? this.#word("sent") : this.#unsent())));
  }

  #unsent() {
    return h("span", { "data-state": "unsent" }, icon(SIGNS.clock), this.say("unsent"));
  }
}
