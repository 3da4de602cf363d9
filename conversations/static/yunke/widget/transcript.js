// The messages of the widget as nodes: what the log says, then what waits in the outbox.

import { SIGNS, arrange, h, icon, prose } from "../nodes.js";
import { dayOf, fullTime, sameDay, timeOf } from "../words.js";

const NEAR_MS = 5 * 60_000;

export class Transcript {
  #nodes = new Map();

  constructor({ node, say, outbox, again }) {
    Object.assign(this, { node, say, outbox, again });
  }

  draw({ state, entries }) {
    const nodes = [];
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
    if (it.kind !== "message.posted.v1") return null;
    const follows = before?.author === it.author && before?.name === it.name && Date.parse(it.at) - Date.parse(before.at) < NEAR_MS;
    const mine = it.author === "contact";
    const word = seen === null ? "" : seen >= it.seq ? "read" : "sent";
    return this.#once(`${it.key} ${follows} ${word}`, () =>
      h(`article.message${mine ? ".mine" : ""}${follows ? ".follows" : ""}`, { "aria-label": mine ? this.say("you") : it.name },
        !mine && !follows && h("p.name", {}, it.name),
        h("div.bubble", { title: fullTime(it.at) }, prose(it.text)),
        h("p.state", {}, h("time", { datetime: it.at }, timeOf(it.at)), word && this.#word(word))));
  }

  #word(word) {
    return h("span", { "data-state": word }, icon(word === "read" ? SIGNS.checks : SIGNS.check), this.say(word));
  }

  #waiting({ id, text, state, code }) {
    return this.#once(`${id} ${state}`, () =>
      h(`article.message.mine.${state}`, { "aria-label": this.say("you") },
        h("div.bubble", {}, prose(text)),
        state === "failed" ? this.#failed(id, code) : h("p.state", {}, state === "sent" ? this.#word("sent") : this.#unsent())));
  }

  #unsent() {
    return h("span", { "data-state": "unsent" }, icon(SIGNS.clock), this.say("unsent"));
  }

  #failed(id, code) {
    const reason = this.say(["too_large", "contact_blocked"].includes(code) ? code : "failed");
    return h("p.state", {},
      h("span", { "data-state": "failed" }, icon(SIGNS.alert), reason),
      h("button.link", { type: "button", onclick: () => (this.outbox.retry(id), this.again()) }, this.say("retry")),
      h("button.link", { type: "button", onclick: () => this.outbox.discard(id) }, this.say("discard")));
  }
}
