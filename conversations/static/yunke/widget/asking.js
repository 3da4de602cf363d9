// What the inbox asks before the first message: its fields, what was typed into them, and what the server says of it.
// The page renders the fields (`#ask`) and, where there are none, does without this module.

export class Asking {
  constructor({ node, box, shelf }) {
    Object.assign(this, { node, box, shelf });
    this.fields = [...node.querySelectorAll("[name]")];
    const kept = shelf.get("answers") ?? {};
    this.fields.forEach((field, at) => {
      field.value = kept[field.name] ?? "";
      field.oninput = () => (this.#mark(field, ""), shelf.set("answers", this.answers));
      field.onkeydown = (event) => {
        if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
        event.preventDefault(); // the message is what sends it all
        (this.fields[at + 1] ?? box).focus();
      };
    });
  }

  get answers() {
    return Object.fromEntries(this.fields.filter(({ value }) => value.trim()).map(({ name, value }) => [name, value]));
  }

  /** Where somebody who arrives begins. */
  get first() {
    return !this.node.hidden ? this.fields.find(({ value }) => !value) ?? this.box : this.box;
  }

  show(wanted) {
    this.node.hidden = !wanted;
  }

  /** They were taken, or are nobody's any more. */
  clear() {
    this.shelf.remove("answers");
    for (const field of this.fields) (this.#mark(field, ""), (field.value = ""));
  }

  /** Show at each field what is wrong with it, and go to the first; false for what no field here is about. */
  refuse(errors) {
    const codes = new Map(errors.map(({ field, code }) => [field.replace(/^answers\./, ""), code]));
    for (const field of this.fields) this.#mark(field, codes.get(field.name) ?? "");
    const wrong = this.fields.filter(({ name }) => codes.delete(name));
    wrong[0]?.focus();
    return codes.size === 0;
  }

  #mark(field, code) {
    const line = document.getElementById(`${field.id}-wrong`);
    line.hidden = !code;
    line.textContent = code && line.dataset[code === "required" ? "required" : "invalid"];
    if (code) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}
