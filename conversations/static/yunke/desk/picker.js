// A list that opens while one writes, by a sign in the text before the caret, and is worked by the keyboard alone.
// What it is a list of is said by its sources: canned replies, colleagues.

import { h, set } from "../dom.js";

const MOST = 8;

export class Picker {
  #hit = null;
  #found = [];
  #at = 0;
  #pending = false;
  #wanted = false;

  /** sources() -> [{ label, match(before) -> { from, word } | null, load() -> Promise<[{ key, name, text?, more? }]> }]: found by
   *  key, name and text; `more` is only shown. */
  constructor({ box, sources, onPick }) {
    Object.assign(this, { box, sources, onPick });
    this.node = h("ul.picker", { id: "picker", role: "listbox", hidden: true });
    set(box, { "aria-autocomplete": "list", "aria-controls": "picker" });
    box.addEventListener("blur", () => this.close());
  }

  get open() {
    return !this.node.hidden;
  }

  /** The text or the caret has changed. */
  async look() {
    const before = this.box.value.slice(0, this.box.selectionStart);
    const [source, hit] = this.sources().map((each) => [each, each.match(before)]).find(([, found]) => found) ?? [];
    if (!hit) return this.close();
    Object.assign(this, { source });
    this.#hit = hit;
    this.#pending = true;
    const all = await source.load();
    if (this.#hit !== hit) return;
    this.#pending = false;
    const word = hit.word.toLowerCase();
    const starts = ({ key }) => key.toLowerCase().startsWith(word);
    const fits = ({ key, name, text = "" }) => `${key} ${name} ${text}`.toLowerCase().includes(word);
    this.#found = all.filter(fits).sort((a, b) => starts(b) - starts(a)).slice(0, MOST);
    this.#draw();
    if (this.#wanted && this.#found.length) this.#pick(0);
    this.#wanted = false;
  }

  close() {
    this.#hit = null;
    this.#found = [];
    this.#pending = this.#wanted = false;
    this.node.hidden = true;
    set(this.box, { "aria-activedescendant": null });
  }

  /** Answer whether the key was for the list. */
  key(event) {
    if (event.isComposing || event.keyCode === 229 || event.shiftKey) return false;
    if (this.#pending && event.key === "Enter") this.#wanted = true;
    else if (!this.open) return false;
    else if (event.key === "Enter" || event.key === "Tab") this.#pick(this.#at);
    else if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#mark(this.#at + (event.key === "ArrowDown" ? 1 : -1));
    else return false;
    event.preventDefault();
    return true;
  }

  #draw() {
    this.node.hidden = !this.#found.length;
    set(this.node, { "aria-label": this.source.label });
    this.node.replaceChildren(...this.#found.map(({ key, name, text, more = text }, at) =>
      h("li", { id: `pick-${at}`, role: "option", onpointerdown: (event) => (event.preventDefault(), this.#pick(at)) },
        h("b", {}, `${this.source.sign}${key}`), name !== key && h("span", {}, name), more && h("small", {}, more))));
    if (this.#found.length) this.#mark(0);
  }

  #mark(at) {
    this.#at = (at + this.#found.length) % this.#found.length;
    [...this.node.children].forEach((node, each) => set(node, { "aria-selected": String(each === this.#at) }));
    set(this.box, { "aria-activedescendant": `pick-${this.#at}` });
    this.node.children[this.#at].scrollIntoView({ block: "nearest" });
  }

  #pick(at) {
    const { box, source } = this;
    const [{ from }, found] = [this.#hit, this.#found[at]];
    const text = source.write(found);
    const rest = box.value.slice(box.selectionStart);
    box.value = box.value.slice(0, from) + text + rest;
    box.setSelectionRange(from + text.length, from + text.length);
    this.close();
    this.onPick(found);
  }
}
