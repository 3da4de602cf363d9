// Searching everything: one box, what was found in groups, and the conversation opened at the message.

import { ICONS, h, icon, set } from "../dom.js";
import { fullTime, shortTime } from "../words.js";
import { api } from "./api.js";

const SHOWN = 6;
const PAUSE_MS = 180;
const TYPES = ["conversation", "contact", "ticket"];

/** A text in which places are marked; they are counted in code points, as people count characters. */
export function marked(text, places) {
  const signs = Array.from(text);
  const cut = (from, to) => signs.slice(from, to).join("");
  const nodes = [];
  let at = 0;
  for (const { start, end } of places) {
    nodes.push(cut(at, start), h("mark", {}, cut(start, end)));
    at = end;
  }
  return [...nodes, cut(at)].filter((node) => node !== "");
}

export class Finding {
  #asked = 0;
  #timer = null;
  #found = [];
  #at = 0;

  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.options = h("div.found", { id: "found", role: "listbox", "aria-label": say("found") });
    this.news = h("p.hint", { role: "status" });
    this.input = h("input", { type: "search", role: "combobox", "aria-expanded": "true", "aria-controls": "found", maxlength: 400,
      "aria-label": say("find"), placeholder: say("find_hint"), autocomplete: "off", spellcheck: "false",
      oninput: () => this.#later(), onkeydown: (event) => this.#key(event) });
    this.node = h("dialog.palette.finding", { "aria-label": say("find"), onclick: (event) => event.target === this.node && this.node.close() },
      h("div.ask", {}, icon(ICONS.search), this.input), this.options, this.news);
  }

  show() {
    if (!this.node.open) this.node.showModal();
    this.input.focus();
    this.input.select();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    const q = this.input.value.trim();
    const turn = (this.#asked += 1);
    if (!/[\p{L}\p{N}]/u.test(q)) return this.#draw([], "");
    const { desk } = this;
    const types = TYPES.filter((type) => type !== "ticket" || desk.may("tickets.view"));
    try {
      const pages = await Promise.all(types.map((type) => api.search({ q, type, limit: SHOWN })));
      if (turn !== this.#asked) return;
      const groups = pages.map(({ results }, at) => [types[at], results]).filter(([, results]) => results.length);
      const words = groups.length ? (pages.some(({ capped }) => capped) ? desk.say("found_capped") : "") : desk.say("found_none");
      this.#draw(groups, words);
    } catch (error) {
      if (turn === this.#asked) this.#draw([], desk.say("find_broken"));
      if (error.status === undefined) throw error;
    }
  }

  #draw(groups, words) {
    this.#found = groups.flatMap(([, results]) => results);
    this.news.textContent = words;
    let at = 0;
    this.options.replaceChildren(...groups.map(([type, results]) =>
      h("div", { role: "group", "aria-label": this.desk.say(`found_${type}`) },
        h("p.group", { "aria-hidden": "true" }, this.desk.say(`found_${type}`)), results.map((one) => this.#option(one, at++)))));
    this.#mark(0);
  }

  #option(one, at) {
    const note = one.audience === "staff";
    return h("div.one", { id: `found-${at}`, role: "option", onclick: () => this.#choose(at), onpointermove: () => this.#mark(at) },
      h("b", {}, one.title.startsWith("#") && `${this.desk.say("visitor")} `, marked(one.title, one.title_highlights)),
      h("time", { datetime: one.at, title: fullTime(one.at) }, shortTime(one.at)),
      one.snippet && h("span", { dir: "auto" }, note && h("small", {}, this.desk.say("note")), marked(one.snippet, one.highlights)));
  }

  #mark(at) {
    this.#at = at;
    const nodes = this.options.querySelectorAll("[role=option]");
    nodes.forEach((node, each) => set(node, { "aria-selected": String(each === at) }));
    set(this.input, { "aria-activedescendant": nodes.length ? `found-${at}` : null });
    return nodes[at];
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      this.#choose(this.#at);
    } else if (step && this.#found.length) {
      event.preventDefault();
      this.#mark((this.#at + step + this.#found.length) % this.#found.length).scrollIntoView({ block: "nearest" });
    }
  }

  async #choose(at) {
    const one = this.#found[at];
    if (!one) return;
    this.node.close();
    const { desk } = this;
    if (one.type === "conversation") return desk.openAt(one.id, { seq: one.seq, staff: one.audience === "staff" });
    try {
      const id = await this.#conversationOf(one);
      if (id) desk.open(id);
      else desk.toasts.show(desk.say("found_alone", { name: one.title }));
    } catch (error) {
      desk.acts.refused(error);
    }
  }

  /** Contacts and tickets are looked at beside a conversation of theirs. */
  async #conversationOf({ type, id }) {
    if (type === "ticket") return (await api.ticketOf(id)).conversations.at(-1);
    return (await api.list({ contact: id, limit: 1 })).results[0]?.id;
  }
}
