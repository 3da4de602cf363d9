// What becomes of one message: reactions beneath it, and the dialogs to edit it, to recall it, and to see what it said.

import { h } from "../dom.js";
import { fullTime } from "../words.js";
import { api } from "./api.js";

const EMOJI = ["👍", "❤️", "😊", "🎉", "🙏", "✅"];

/** The reactions of a message: each is a button that adds or takes off one's own. */
export function reactionsOf(it, desk) {
  const kinds = Object.entries(it.reactions ?? {});
  if (!kinds.length || it.recalled) return null;
  const may = desk.may("conversations.reply");
  return h("p.reactions", { role: "group", "aria-label": desk.say("reactions") }, kinds.map(([emoji, { contact, member, who }]) => {
    const own = who.includes(desk.me.id);
    const members = who.map((id) => (id === desk.me.id ? desk.say("you") : desk.memberName(id)));
    const names = [...(contact ? [desk.contactName(desk.row)] : []), ...members].join(", ");
    return h("button.reaction", { type: "button", "aria-pressed": String(own), disabled: !may, title: names, "aria-label": `${emoji} ${names}`, onclick: () => desk.acts.react(it.seq, emoji, !own) },
      emoji, h("span", {}, String(contact + member)));
  }));
}

/** A row of emoji to choose from. */
export const choices = (it, desk, choose) =>
  h("div.emoji", { role: "group", "aria-label": desk.say("react") }, EMOJI.map((emoji) => {
    const own = Boolean(it.reactions?.[emoji]?.who.includes(desk.me.id));
    return h("button", { type: "button", "aria-pressed": String(own), "aria-label": `${desk.say("react")} ${emoji}`, onclick: () => choose(emoji, !own) }, emoji);
  }));

const isOwn = (it, desk) => !it.recalled && it.author === "member" && it.sender === desk.me.id && desk.may("conversations.reply");
const isYoung = (it, window) => Date.now() - Date.parse(it.at) < window * 1_000;
const mayRecall = (it, desk, window) => desk.may("conversations.recall") || (isOwn(it, desk) && isYoung(it, window));

/** As in messagemenu.js; `window`: for how many seconds messages may be changed. */
export const acts = [
  { words: "edit", icon: "pencil", when: (it, desk, window) => isOwn(it, desk) && isYoung(it, window), run: (it, desk) => desk.amending.edit(it) },
  { words: "recall", icon: "undo", when: (it, desk, window) => !it.recalled && desk.may("conversations.reply") && mayRecall(it, desk, window), run: (it, desk) => desk.amending.recall(it) },
  { words: "originals", icon: "clock", when: (it, desk) => (it.edited || it.recalled) && desk.may("conversations.originals"), run: (it, desk) => desk.amending.originals(it) },
];

export class Amending {
  #it = null;
  #conversation = null;
  #windows = new Map();

  constructor(desk) {
    this.desk = desk;
    this.title = h("h2", { id: "amending-title" });
    this.body = h("div.what", {});
    this.node = h("dialog.collision.amending", { "aria-labelledby": "amending-title" }, this.title, this.body);
  }

  /** For how many seconds messages of this conversation may be changed; asked for once an inbox, and supposed until it is answered. */
  window() {
    const key = this.desk.row?.inbox.key;
    const asked = () => api.inbox(key).then(({ edit_window_s }) => edit_window_s).catch(() => 900);
    if (key && !this.#windows.has(key)) asked().then((seconds) => this.#windows.set(key, seconds));
    return this.#windows.get(key) ?? 900;
  }

  edit(it) {
    const { say } = this.desk;
    const box = h("textarea", { rows: 4, maxlength: 8000, "aria-label": say("edit"), value: it.text, required: true });
    const form = h("form", {}, box, this.#buttons(say("save"), "submit"));
    form.onsubmit = (event) => {
      event.preventDefault();
      if (box.value.trim()) this.#done(() => this.desk.acts.edit(this.#conversation, this.#it.seq, box.value.trim()));
    };
    box.onkeydown = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      form.requestSubmit();
    };
    this.#show(it, "edit", [form]);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  recall(it) {
    const go = this.#buttons(this.desk.say("recall_now"), "button", () => this.#done(() => this.desk.acts.recall(this.#conversation, this.#it.seq)));
    this.#show(it, "recall", [h("p", {}, this.desk.say("recall_what")), h("blockquote.quote", {}, it.text), go]);
  }

  async originals(it) {
    const id = this.desk.current;
    const found = await this.desk.acts.ask(() => api.originals(id, it.seq));
    if (!found) return;
    const { say } = this.desk;
    const rows = found.originals.map(({ text, at }) => h("li", {}, h("time", { datetime: at }, fullTime(at)), h("p.prose", { dir: "auto" }, text)));
    this.#show(it, "originals", [h("ol.originals", {}, rows), h("div.buttons", {}, h("button", { type: "button", onclick: () => this.node.close() }, say("close")))]);
  }

  #show(it, words, nodes) {
    this.#it = it;
    this.#conversation = this.desk.current;
    this.title.textContent = this.desk.say(words);
    this.body.replaceChildren(...nodes);
    this.node.showModal();
  }

  #buttons(words, type, onclick = null) {
    return h("div.buttons", {},
      h("button", { type: "button", onclick: () => this.node.close() }, this.desk.say("cancel")),
      h("button.primary", { type, onclick }, words));
  }

  /** What was refused stays open: nothing that was typed is lost. */
  async #done(act) {
    if (await act()) this.node.close();
  }
}
