// What a visitor said before the first message: the language, and the answers to the inbox's form under its labels.

import { h } from "../dom.js";
import { language } from "../words.js";
import { api } from "./api.js";

const tongues = new Intl.DisplayNames([language], { type: "language" });

export class Introductions {
  #forms = new Map(); // inbox -> its form, once it is here

  /** `onChange()` once a form is here: labels may be shown instead of keys. */
  constructor({ say, onChange }) {
    Object.assign(this, { say, onChange });
  }

  /** Changes when `node` would be another. */
  key(inbox) {
    return `${inbox} ${Boolean(this.#form(inbox))}`;
  }

  node({ language: tongue, answers }, inbox) {
    const form = this.#form(inbox) ?? [];
    const of = (key) => form.find((field) => field.key === key);
    const word = (field, value) => field?.choices?.find(({ key }) => key === value)?.labels[language] ?? value;
    const rows = Object.entries(answers).map(([key, value]) => [of(key)?.labels[language] ?? key, word(of(key), value)]);
    if (!rows.length) return h("p.fact", {}, tongue ? `${this.say("speaks")}: ${tongues.of(tongue)}` : this.say("introduced"));
    if (tongue) rows.unshift([this.say("speaks"), tongues.of(tongue)]);
    return h("div.introduction", {}, h("p", {}, this.say("introduced")),
      h("dl", {}, rows.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", { dir: "auto" }, value)))));
  }

  /** The form in force, which may have changed since: what it does not know is shown by its key. */
  #form(inbox) {
    if (inbox && !this.#forms.has(inbox)) {
      this.#forms.set(inbox, null);
      api.inbox(inbox).then(({ form }) => (this.#forms.set(inbox, form), this.onChange()), () => {});
    }
    return this.#forms.get(inbox);
  }
}
