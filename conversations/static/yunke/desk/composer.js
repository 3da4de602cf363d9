// Writing an answer or an internal note. Drafts are kept for each conversation and kind, and only leave
// the store when they have been handed over.

import { ICONS, h, icon, set } from "../dom.js";
import { newId } from "../outbox.js";
import { Canned } from "./canned.js";
import { overtaken, seen } from "./collision.js";
import { Colleagues } from "./mentions.js";
import { Picker } from "./picker.js";
import { QuoteBar } from "./quoting.js";

const KINDS = ["answer", "note"];

/** Drafts of one member: text by conversation and kind. */
export class Drafts {
  onPut = () => {};

  constructor(shelf) {
    this.shelf = shelf;
  }

  get(id, kind) {
    return this.shelf.get(`${id}.${kind}`) ?? "";
  }

  /** `seq` is up to where the conversation was seen: it is kept with the first letter of an answer. */
  put(id, kind, text, seq = 0) {
    if (kind === "answer" && Boolean(text) !== (this.began(id) !== null)) this.see(id, text ? seq : null);
    if (text === this.get(id, kind)) return;
    this.#keep(id, kind, text);
    this.shelf.set(`${id}.${kind}.v`, { ...this.version(id, kind), told: false });
    this.onPut(id, kind);
  }

  #keep(id, kind, text) {
    if (text) this.shelf.set(`${id}.${kind}`, text);
    else this.shelf.remove(`${id}.${kind}`);
  }

  /** Which version the server had last, and whether it was told of all that is here. */
  version(id, kind) {
    return this.shelf.get(`${id}.${kind}.v`) ?? { version: 0, told: !this.get(id, kind) };
  }

  told(id, kind, version, all) {
    this.shelf.set(`${id}.${kind}.v`, { version, told: all });
  }

  /** What was written on another device. */
  accept(id, kind, { text, reply_to, version }) {
    this.#keep(id, kind, text);
    if (kind === "answer") this.quote(id, reply_to);
    this.told(id, kind, version, true);
  }

  /** What the server does not know yet. */
  untold() {
    const places = this.shelf.keys().map((key) => /^([0-9a-f-]{36})\.(answer|note)$/.exec(key)).filter(Boolean);
    return places.map(([, id, kind]) => [id, kind]).filter(([id, kind]) => !this.version(id, kind).told);
  }

  /** Up to where the conversation had been seen when the answer was begun; null: none is. */
  began(id) {
    return this.shelf.get(`${id}.began`) ?? null;
  }

  see(id, seq) {
    if (seq === null) this.shelf.remove(`${id}.began`);
    else this.shelf.set(`${id}.began`, seq);
  }

  done(id, kind) {
    this.put(id, kind, "");
    this.quote(id, null);
    if (kind === "note") this.shelf.remove(`${id}.sending`);
  }

  /** The seq of the message that is answered; undefined: of none. */
  quoted(id) {
    return this.shelf.get(`${id}.quote`) ?? undefined;
  }

  quote(id, seq) {
    if (seq === null) this.shelf.remove(`${id}.quote`);
    else this.shelf.set(`${id}.quote`, seq);
  }

  /** The note as it is sent: the same text keeps its id, so that trying again adds it once. */
  asNote(id, text) {
    const known = this.shelf.get(`${id}.sending`);
    const reply_to = this.quoted(id);
    const note = known?.text === text && known.reply_to === reply_to ? known : { id: newId(), text, reply_to };
    this.shelf.set(`${id}.sending`, note);
    return note;
  }

  has(id) {
    return KINDS.some((kind) => this.get(id, kind).trim());
  }
}

export class Composer {
  #id = null;
  #typed = 0;
  kind = "answer";

  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.modes = KINDS.map((kind) =>
      h("button.mode", { type: "button", "data-kind": kind, onclick: () => this.write(kind) },
        kind === "note" && icon(ICONS.note), say(`write_${kind}`)));
    this.label = h("label.sr-only", { for: "draft" });
    this.box = h("textarea", { id: "draft", rows: 1, maxlength: 8000, oninput: () => this.#input(), onkeydown: (event) => this.#key(event) });
    this.canned = new Canned(desk);
    this.colleagues = new Colleagues(desk);
    this.picker = new Picker({ box: this.box, sources: () => [this.kind === "answer" ? this.canned : this.colleagues], onPick: () => this.#changed() });
    this.quote = new QuoteBar(desk);
    this.hint = h("span.hint", {});
    this.button = h("button.primary", { type: "submit" }, icon(ICONS.send), this.go = h("span", {}));
    this.node = h("form.composer", { onsubmit: (event) => this.#submit(event) },
      h("div.modes", { role: "group", "aria-label": say("write_what") }, this.modes),
      this.picker.node, this.quote.node, this.label, this.box, h("div.foot", {}, this.hint, this.button));
  }

  /** Go to another conversation; what was being written stays with its own. */
  show(id) {
    if (id === this.#id) return;
    this.desk.draftSync.look(id);
    this.#id = id;
    this.kind = this.desk.drafts.get(id, "answer") || !this.desk.drafts.get(id, "note") ? "answer" : "note";
    this.#refill();
  }

  /** What is written here came from another device; whoever is typing here goes on. */
  changed(id) {
    if (id === this.#id && (document.activeElement !== this.box || document.hidden)) this.#refill();
  }

  write(kind) {
    if (!this.desk.may(kind === "note" ? "conversations.note" : "conversations.reply")) return;
    this.kind = kind;
    this.#refill();
    this.box.focus();
  }

  /** Open the canned replies, unless something is written already. */
  pick() {
    this.write("answer");
    if (!this.empty) return;
    this.box.value = this.canned.sign;
    this.#changed();
    this.picker.look();
  }

  get empty() {
    return !this.box.value.trim();
  }

  draw() {
    const { say } = this.desk;
    const note = this.kind === "note";
    set(this.node, { "data-kind": this.kind });
    for (const mode of this.modes) set(mode, { "aria-pressed": String(mode.dataset.kind === this.kind), hidden: !this.desk.may(mode.dataset.kind === "note" ? "conversations.note" : "conversations.reply") });
    this.label.textContent = say(`write_${this.kind}`);
    this.box.placeholder = say(note ? "note_here" : "answer_here");
    this.go.textContent = say(note ? "add_note" : "send");
    this.quote.draw();
    this.button.disabled = this.empty;
    const left = 8000 - this.box.value.length;
    this.hint.textContent = left < 500 ? say("left", { n: left }) : say("enter_sends");
  }

  #refill() {
    this.picker.close();
    this.box.value = this.desk.drafts.get(this.#id, this.kind);
    this.#grow();
    this.draw();
  }

  #grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 220)}px`;
  }

  /** What is written has changed: keep it, show it. */
  #changed() {
    this.desk.drafts.put(this.#id, this.kind, this.box.value, seen(this.desk));
    this.#grow();
    this.draw();
  }

  #input() {
    this.#changed();
    this.picker.look();
    if (this.kind === "note" || this.empty || Date.now() - this.#typed < 3_000) return;
    if (this.desk.live.tell({ type: "typing", conversation: this.#id })) this.#typed = Date.now();
  }

  #key(event) {
    if (this.picker.key(event)) return;
    const composing = event.isComposing || event.keyCode === 229; // an input method owns this Enter
    if (event.key === "Enter" && !event.shiftKey && !composing) {
      event.preventDefault();
      this.node.requestSubmit();
    } else if (event.key === "Escape" && !composing) {
      this.box.blur();
    }
  }

  async #submit(event) {
    event.preventDefault();
    const [id, kind, text] = [this.#id, this.kind, this.box.value.trim()];
    if (!text) return;
    if (kind === "note") return this.#note(id, text);
    if (!overtaken(this.desk)) return this.#answer(id, text);
    this.desk.drafts.see(id, seen(this.desk)); // asked once about each word of a colleague's
    this.desk.collision.ask(() => this.#answer(id, text));
    this.desk.draw();
  }

  #answer(id, text) {
    this.desk.answer(id, text, this.desk.drafts.quoted(id));
    this.#done(id, "answer");
  }

  /** A note has no outbox: its draft stays until the server has it. */
  async #note(id, text) {
    this.button.disabled = true;
    if (await this.desk.acts.note(id, this.desk.drafts.asNote(id, text))) this.#done(id, "note");
    this.draw();
  }

  #done(id, kind) {
    this.desk.drafts.done(id, kind);
    if (id === this.#id && kind === this.kind) this.#refill();
  }
}
