// Asking once more before a contact is erased for good: what will be gone, and what stays.

import { h } from "../dom.js";

export class Erasing {
  constructor(desk) {
    const { say } = desk;
    this.desk = desk;
    this.title = h("h2", { id: "erase-title" });
    this.refusal = h("p.refusal", { role: "alert", hidden: true });
    this.sure = h("button.danger", { type: "button", onclick: () => this.#erase() }, say("erase_for_good"));
    this.node = h("dialog.erase", { "aria-labelledby": "erase-title", "aria-describedby": "erase-what" },
      this.title,
      h("div", { id: "erase-what" },
        h("p", {}, say("erase_gone")),
        h("ul", {}, ["name", "said", "back", "archives"].map((what) => h("li", {}, say(`erase_gone_${what}`)))),
        h("p", {}, say("erase_stays"))),
      this.refusal,
      h("div.buttons", {},
        h("button", { type: "button", autofocus: true, onclick: () => this.node.close() }, say("cancel")),
        this.sure));
  }

  show(row) {
    this.row = row;
    this.title.textContent = this.desk.say("erase_title", { name: this.desk.contactName(row) });
    this.refusal.hidden = true;
    this.sure.disabled = false;
    this.node.showModal();
  }

  async #erase() {
    this.sure.disabled = true;
    const refusal = await this.desk.acts.erase(this.row);
    this.sure.disabled = false;
    this.refusal.textContent = refusal ?? "";
    this.refusal.hidden = !refusal;
    if (!refusal) this.node.close();
  }
}
