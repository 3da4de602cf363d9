// Notes that name somebody: whom one may name while writing, what names oneself, and how many of it are not read.

import { ICONS, h, icon, set } from "../dom.js";
import { fullTime, shortTime } from "../words.js";
import { api } from "./api.js";

const SHOWN = 50;

/** Colleagues in a note: `@` opens them. */
export class Colleagues {
  sign = "@";

  constructor(desk) {
    this.desk = desk;
    this.label = desk.say("colleagues");
  }

  match(before) {
    const found = /[@＠]([^\s@＠]*)$/.exec(before);
    return found && { from: found.index, word: found[1] };
  }

  async load() {
    const { desk } = this;
    return desk.members.filter(({ id }) => id !== desk.me.id)
      .map(({ id, name }) => ({ key: name, name, more: desk.say(`state_${desk.presence.of(id).state}`) }));
  }

  write({ name }) {
    return `@${name} `;
  }
}

/** What names one, after desk events: the newest first, each with whether it was read. */
export function applyMentions(events, me, mentions) {
  const news = events
    .filter(({ kind, body, sender }) => kind === "note.posted.v1" && sender !== me && body.mentions?.includes(me))
    .filter(({ position }) => !mentions.some((each) => each.position === position))
    .map(({ conversation, seq, position, at, sender, body }) => ({ conversation, seq, position, at, sender, name: body.name, text: body.text, read: false }));
  const erased = new Set(events.filter(({ kind }) => kind === "contact.erased.v1").map(({ conversation }) => conversation));
  const all = [...news, ...mentions].sort((a, b) => b.position - a.position);
  return erased.size ? all.map((each) => (erased.has(each.conversation) ? { ...each, name: "", text: "" } : each)) : all;
}

export class Mentions {
  #all = [];
  #more = 0;

  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.count = h("b", {});
    this.button = h("button.mentions-of-me", { type: "button", onclick: () => this.show() }, "@", this.count);
    this.list = h("ol.rows-of-mentions", {});
    this.none = h("p.hint", {}, say("no_mentions"));
    this.node = h("dialog.mentions", { "aria-labelledby": "mentions-title", onclick: (event) => event.target === this.node && this.node.close() },
      h("header", {}, h("h2", { id: "mentions-title" }, say("mentions")),
        h("button.icon-button", { type: "button", "aria-label": say("close"), onclick: () => this.node.close() }, icon(ICONS.close))),
      this.none, this.list);
    this.draw();
  }

  get unread() {
    return this.#more + this.#all.filter(({ read }) => !read).length;
  }

  /** What has come meanwhile stays; what is not among the newest is only counted. */
  async load() {
    try {
      const { results, unread } = await api.mentions(SHOWN);
      this.#all = [...this.#all.filter(({ position }) => !results.some((each) => each.position === position)), ...results]
        .sort((a, b) => b.position - a.position);
      this.#more = Math.max(0, unread - results.filter(({ read }) => !read).length);
      this.draw();
    } catch (error) {
      this.desk.acts.refused(error, { silent: true });
    }
  }

  hear(events) {
    const { desk } = this;
    const before = new Set(this.#all.map(({ position }) => position));
    this.#all = applyMentions(events, desk.me.id, this.#all);
    for (const { position, conversation, name } of this.#all) {
      if (before.has(position) || (conversation === desk.current && desk.pane.watched)) continue;
      desk.toasts.show(desk.say("mentions_you", { name }), { label: desk.say("open_it"), act: () => desk.open(conversation) });
    }
    this.draw();
  }

  /** Everything in the open conversation is before one's eyes. */
  read(conversation) {
    const mine = this.#all.filter((each) => each.conversation === conversation && !each.read);
    if (!mine.length) return;
    this.#all = this.#all.map((each) => (mine.includes(each) ? { ...each, read: true } : each));
    this.draw();
    const again = (error) => {
      this.#all = this.#all.map((each) => (mine.some(({ position }) => position === each.position) ? { ...each, read: false } : each));
      this.desk.acts.refused(error, { silent: true });
    };
    api.readMentions(conversation, Math.max(...mine.map(({ seq }) => seq))).catch(again);
  }

  show() {
    this.draw();
    this.node.showModal();
  }

  draw() {
    const { desk } = this;
    const { say } = desk;
    const n = this.unread;
    this.count.textContent = n > 99 ? "99+" : n ? String(n) : "";
    set(this.button, { "aria-label": n ? say("mentions_unread", { n }) : say("mentions"), title: say("mentions"), "data-unread": n ? "true" : null });
    this.none.hidden = this.#all.length > 0;
    const key = JSON.stringify(this.#all);
    if (this.list.dataset.key === key) return;
    this.list.dataset.key = key;
    this.list.replaceChildren(...this.#all.map((each) => this.#row(each)));
  }

  #row({ conversation, at, name, text, read }) {
    const { desk } = this;
    const open = () => (this.node.close(), desk.open(conversation));
    return h("li", {}, h(`button${read ? "" : ".fresh"}`, { type: "button", onclick: open },
      h("b", {}, name || desk.say("colleague")), h("time", { datetime: at, title: fullTime(at) }, shortTime(at)),
      h("span", {}, text), !read && h("small", {}, desk.say("mention_new"))));
  }
}
