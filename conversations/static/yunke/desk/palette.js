// The command palette and the dialog of shortcuts: native <dialog>s over the table of actions.

import { ICONS, h, icon, set } from "../dom.js";
import { ACTIONS, offers } from "./actions.js";

const MOST = 60;

export class Palette {
  #offers = [];
  #found = [];
  #at = 0;

  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.options = h("ul", { id: "palette-options", role: "listbox", "aria-label": say("palette") });
    this.none = h("p.hint", { hidden: true }, say("no_action"));
    this.input = h("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-options",
      "aria-label": say("palette_hint"), placeholder: say("palette_hint"), autocomplete: "off", spellcheck: "false",
      oninput: () => this.#filter(), onkeydown: (event) => this.#key(event) });
    this.node = h("dialog.palette", { "aria-label": say("palette"), onclick: (event) => event.target === this.node && this.node.close() },
      h("div.ask", {}, icon(ICONS.search), this.input), this.options, this.none);
  }

  show(only) {
    this.#offers = offers(this.desk, only);
    this.input.value = "";
    this.#filter();
    if (!this.node.open) this.node.showModal();
    this.input.focus();
  }

  #filter() {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ label, more = "" }) => words.every((word) => `${label} ${more}`.toLowerCase().includes(word));
    this.#found = this.#offers.filter(fits).slice(0, MOST);
    this.#at = 0;
    this.none.hidden = this.#found.length > 0;
    this.options.replaceChildren(...this.#found.map((offer, at) =>
      h("li", { id: `offer-${at}`, role: "option", onclick: () => this.#run(at), onpointermove: () => this.#mark(at) },
        h("span", {}, offer.label), offer.more && h("small", {}, offer.more), offer.key && h("kbd", {}, offer.key))));
    this.#mark(0);
  }

  #mark(at) {
    this.#at = at;
    [...this.options.children].forEach((node, each) => set(node, { "aria-selected": String(each === at) }));
    set(this.input, { "aria-activedescendant": this.#found.length ? `offer-${at}` : null });
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      this.#run(this.#at);
    } else if (step && this.#found.length) {
      event.preventDefault();
      this.#mark((this.#at + step + this.#found.length) % this.#found.length);
      this.options.children[this.#at].scrollIntoView({ block: "nearest" });
    }
  }

  #run(at) {
    const offer = this.#found[at];
    if (!offer) return;
    this.node.close();
    offer.run();
  }
}

/** Every key, read from the same table. */
export function helpDialog(desk) {
  const rows = ACTIONS.filter(({ key }) => key);
  const node = h("dialog.help", { "aria-label": desk.say("shortcuts"), onclick: (event) => event.target === node && node.close() },
    h("header", {}, h("h2", {}, desk.say("shortcuts")),
      h("button.icon-button", { type: "button", "aria-label": desk.say("close"), onclick: () => node.close() }, icon(ICONS.close))),
    h("dl.keys", {}, rows.map(({ key, words }) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, desk.say(words))))));
  return node;
}
