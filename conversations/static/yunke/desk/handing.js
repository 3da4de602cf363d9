// Handing a conversation on: to whom (an agent, a team or a queue, found by typing), and a word for whoever gets it.
// And what is said of it: in the conversation, and to the colleague who has it now.

import { ICONS, h, icon, set } from "../dom.js";
import { api } from "./api.js";

const MOST = 40;
const REFUSALS = { at_capacity: "hand_at_capacity", closed: "hand_closed", invalid: "hand_invalid" };

export const canHandOn = (desk) =>
  desk.row?.status === "open" &&
  (desk.may("conversations.assign") || (desk.row.assignee === desk.me.id && desk.may("conversations.take")));

export class Handing {
  #all = [];
  #found = [];
  #at = 0;
  #to = null;

  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.options = h("ul", { id: "hand-options", role: "listbox", "aria-label": say("hand_to") });
    this.input = h("input", { id: "hand-to", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "hand-options",
      autocomplete: "off", spellcheck: "false",
      oninput: () => this.#filter(), onkeydown: (event) => this.#key(event) });
    this.words = h("textarea", { id: "hand-words", rows: "3", maxlength: "2000", onkeydown: (event) => this.#send(event) });
    this.refusal = h("p.refusal", { role: "alert", hidden: true });
    this.go = h("button.primary", {});
    this.title = h("h2", { id: "hand-title" });
    this.form = h("form", { onsubmit: (event) => (event.preventDefault(), this.#hand()) },
      this.title,
      h("label", { for: "hand-to" }, say("hand_to")), this.input, this.options,
      h("label", { for: "hand-words" }, say("hand_words")), this.words, this.refusal,
      h("div.buttons", {}, h("button", { type: "button", onclick: () => this.node.close() }, say("cancel")), this.go));
    this.node = h("dialog.hand", { "aria-labelledby": "hand-title" }, this.form);
  }

  /** `invite`: a colleague is asked to come besides. */
  async show({ invite = false } = {}) {
    const { desk } = this;
    Object.assign(this, { row: desk.row, invite });
    this.title.textContent = desk.say(invite ? "invite_title" : "hand_title");
    this.go.textContent = desk.say(invite ? "invite_now" : "hand_on_now");
    this.input.placeholder = desk.say(invite ? "invite_hint" : "hand_hint");
    this.words.value = "";
    this.#refuse("");
    this.#choose(null);
    if (!this.node.open) this.node.showModal();
    this.input.focus();
    await desk.places.load();
    if (this.#to === null) this.#filter();
  }

  /** Colleagues who are online first: they are whom one looks for. */
  #offers() {
    const { desk } = this;
    const people = desk.members
      .filter(({ id }) => id !== this.row.assignee)
      .map(({ id, name }) => ({ body: { agent: id }, label: name, kind: "agent", state: desk.presence.of(id).state }))
      .sort((a, b) => (b.state === "online") - (a.state === "online"));
    const places = desk.places.all().map(({ kind, key, name }) => ({ body: { [kind]: key }, label: name, kind }));
    return this.invite ? people.filter(({ body }) => body.agent !== desk.me.id) : [...people, ...places];
  }

  #filter() {
    this.#to = null;
    this.#all = this.#offers();
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    this.#found = this.#all.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word))).slice(0, MOST);
    this.options.replaceChildren(...this.#found.map((each, at) =>
      h("li", { id: `hand-${at}`, role: "option", onclick: () => this.#choose(each) }, h("span", {}, each.label), h("small", {}, this.#of(each)))));
    this.#mark(0);
    this.#draw();
  }

  #of({ kind, state }) {
    return state ? this.desk.say(`state_${state}`) : this.desk.say(`hand_${kind}`);
  }

  #mark(at) {
    this.#at = at;
    [...this.options.children].forEach((node, each) => set(node, { "aria-selected": String(each === at) }));
    set(this.input, { "aria-activedescendant": this.#found.length ? `hand-${at}` : null });
  }

  #choose(offer) {
    this.input.value = offer?.label ?? "";
    if (offer === null) return this.#filter();
    this.#to = offer;
    this.#draw();
    this.words.focus();
  }

  #draw() {
    const chosen = this.#to !== null;
    this.options.hidden = chosen;
    set(this.input, { "aria-expanded": String(!chosen) });
    this.go.disabled = !chosen;
  }

  #key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      if (this.#to) this.words.focus();
      else if (this.#found[this.#at]) this.#choose(this.#found[this.#at]);
    } else if (step && this.#found.length && !this.#to) {
      event.preventDefault();
      this.#mark((this.#at + step + this.#found.length) % this.#found.length);
      this.options.children[this.#at].scrollIntoView({ block: "nearest" });
    }
  }

  #send(event) {
    if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  async #hand() {
    const { desk } = this;
    const to = this.#to;
    if (!to) return this.input.focus();
    this.go.disabled = true;
    try {
      const words = this.words.value.trim();
      const done = await (this.invite ? api.invite : api.transfer)(this.row.id, { ...to.body, words });
      const over = Boolean(done?.over_capacity);
      this.node.close();
      desk.toasts.show(desk.say(this.invite ? "invited_name" : over ? "handed_over_capacity" : "handed_on", { name: to.label }), { bad: over });
    } catch (error) {
      if (error.status === undefined) throw error;
      this.#refuse(error.status === 0 ? desk.say("offline") : desk.say(REFUSALS[error.code] ?? "not_done"));
    }
    this.#draw();
  }

  #refuse(words) {
    this.refusal.textContent = words;
    this.refusal.hidden = !words;
  }

  /** Tell whoever has it now that it was handed to them, by whom, and with which words. */
  hear(events) {
    const { desk } = this;
    for (const { kind, conversation, body } of events) {
      if (kind === "conversation.invited.v1" && body.to === desk.me.id) desk.toasts.show(desk.say("invited_you", { name: desk.memberName(body.by) }));
      if (kind !== "conversation.transferred.v1" || body.agent !== desk.me.id || body.by === desk.me.id) continue;
      const news = desk.say(body.words ? "handed_to_you_with" : "handed_to_you", { name: desk.memberName(body.by), words: body.words });
      desk.toasts.show(news, { label: desk.say("open_it"), act: () => desk.open(conversation) });
    }
  }
}

/** Who handed it on to whom, and the words, as the conversation shows them. */
export function handedOn(it, desk) {
  const to = it.agent ? desk.memberName(it.agent) : it.team ? desk.places.name("team", it.team) : desk.places.name("queue", it.queue);
  const line = desk.say("handed_on_by", { by: it.by ? desk.memberName(it.by) : desk.say("colleague"), to });
  return h("div.handed", {}, h("p.fact", {}, line),
    it.words && h("p.words", { dir: "auto" }, icon(ICONS.note), it.words));
}
