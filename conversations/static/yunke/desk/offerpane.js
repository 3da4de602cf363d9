// What one is offered, below the list: who it is, how long one has, accept and decline. Rows of the list stay where
// they are when an offer comes.

import { ICONS, arrange, h, icon } from "../dom.js";
import { invitation } from "./conference.js";

const left = (until) => Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000));

export class OfferPane {
  #nodes = new Map();
  #invited = new Map();
  #said = new Set();

  constructor(desk) {
    this.desk = desk;
    this.rows = h("ul.offer-rows", { role: "list" });
    this.news = h("p.sr-only", { role: "status" });
    this.node = h("section.offers", { "aria-label": desk.say("offers"), hidden: true }, this.rows, this.news);
    setInterval(() => this.#tick(), 1000);
  }

  draw() {
    const { desk } = this;
    const ids = [...desk.offers.keys()];
    this.node.hidden = ids.length === 0 && desk.invited.size === 0;
    for (const id of this.#invited.keys()) if (!desk.invited.has(id)) this.#invited.delete(id);
    for (const id of this.#nodes.keys()) if (!desk.offers.has(id)) this.#nodes.delete(id);
    arrange(this.rows, [...ids.map((id) => this.#row(id)), ...[...desk.invited].map(([id, how]) => this.#invitation(id, how))]);
    this.#tick();
    for (const id of this.#said) if (!desk.offers.has(id)) this.#said.delete(id);
    const news = ids.filter((id) => desk.rows.rows[id] && !this.#said.has(id)); // invitations are said by handing.js
    if (!news.length) return;
    news.forEach((id) => this.#said.add(id));
    this.news.textContent = desk.say("offered", { name: news.map((id) => desk.contactName(desk.rows.rows[id])).join(", ") });
  }

  #invitation(id, how) {
    const key = JSON.stringify([how, this.desk.contactName(this.desk.rows.rows[id]), this.desk.rows.rows[id]?.last_text]);
    const known = this.#invited.get(id);
    if (known?.key === key) return known.node;
    const node = invitation(id, how, this.desk);
    this.#invited.set(id, { key, node });
    return node;
  }

  #row(id) {
    const { desk } = this;
    const row = desk.rows.rows[id];
    const name = desk.contactName(row);
    const key = `${name} ${row?.last_text ?? ""}`;
    let known = this.#nodes.get(id);
    if (!known) this.#nodes.set(id, (known = { node: h("li.offer", {}), time: h("span.left", {}), key: null }));
    if (known.key === key) return known.node;
    known.key = key;
    known.node.replaceChildren(
      h("p.who", {}, icon(ICONS.inbox), h("b", {}, name), known.time),
      h("p.last", {}, row?.last_text ?? ""),
      h("div.choice", {},
        h("button.primary", { type: "button", "aria-label": desk.say("accept_from", { name }), onclick: () => desk.acts.accept(id) }, desk.say("accept")),
        h("button", { type: "button", "aria-label": desk.say("decline_from", { name }), onclick: () => desk.acts.decline(id) }, desk.say("decline"))));
    return known.node;
  }

  #tick() {
    for (const [id, { time }] of this.#nodes) {
      const until = this.desk.offers.get(id)?.until;
      if (until) time.replaceChildren(icon(ICONS.clock), this.desk.say("seconds_left", { n: left(until) }));
    }
  }
}
