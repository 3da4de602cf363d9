// The tickets that the conversation belongs to, beside it; they are handled on pages of their own.

import { h } from "../dom.js";
import { api } from "./api.js";

export class Tickets {
  #asked = null;

  constructor(desk) {
    this.desk = desk;
    this.items = h("ul", {});
    this.open = h("a.button", { href: "/tickets/new" }, desk.say("ticket_new_one"));
    this.node = h("section.tickets", { hidden: !desk.may("tickets.view"), "aria-label": desk.say("tickets") }, h("h3", {}, desk.say("tickets")), this.items,
      desk.may("tickets.handle") && this.open);
  }

  /** What to hear of: once something happened to one that is shown, or to what they are about, they are asked for anew. */
  following(after) {
    const again = () => this.#load(this.#asked);
    return { after, onGap: again, onEvent: ({ body }) => (body.conversation === this.#asked || this.#shows(body.ticket)) && again() };
  }

  #shows = (id) => [...this.items.children].some((node) => node.dataset.id === id);

  draw() {
    const id = this.desk.row?.id ?? null;
    if (id !== this.#asked && this.desk.may("tickets.view")) this.#load(id);
  }

  async #load(id) {
    if (id !== this.#asked) this.items.replaceChildren();
    this.#asked = id;
    if (!id) return;
    this.open.href = `/tickets/new?conversation=${id}`;
    const found = await api.ticketsOf(id).catch(() => null);
    if (id !== this.#asked || !found) return;
    this.items.replaceChildren(...found.results.map((one) => h("li", { "data-id": one.id },
      h("a", { href: `/tickets/${one.id}` }, `${one.number} ${one.title ?? ""}`), h("span.state", {}, this.desk.say(`ticket_${one.category}`)))));
  }
}
