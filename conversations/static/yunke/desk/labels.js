// The labels of a conversation and its priority, beside it: read, put on, taken off. And how the log tells of them.

import { ICONS, h, icon, set } from "../dom.js";

const PRIORITIES = ["none", "low", "normal", "high", "urgent"];

/** What a change of labels or priority says in the timeline. */
export function labelled({ kind, priority, added, removed }, say) {
  if (kind === "conversation.prioritized.v1") return say("prioritized_now", { priority: say(`priority_${priority}`) });
  const words = [...added.map((tag) => say("tag_added", { tag })), ...removed.map((tag) => say("tag_removed", { tag }))];
  return words.join(" · ") || say("tags"); // their contact was erased
}

/** A label is a word or several without commas, at most 40 characters; spaces between are one. */
const tidy = (text) => text.trim().replace(/\s+/g, " ").toLowerCase();

export class Labels {
  #drawn = "";

  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.priority = h("select", { id: "priority", onchange: () => this.#prioritize() },
      PRIORITIES.map((each) => h("option", { value: each }, say(`priority_${each}`))));
    this.tags = h("ul.tags", { "aria-label": say("tags") });
    this.input = h("input", { type: "text", id: "new-tag", maxlength: "40", autocomplete: "off", enterkeyhint: "done" });
    this.form = h("form.new-tag", { onsubmit: (event) => this.#add(event) },
      h("label", { for: "new-tag" }, say("tag")), h("div.line", {}, this.input, h("button", { type: "submit" }, say("tag_add"))));
    this.node = h("section.labels", { "aria-label": say("labels") },
      h("label", { for: "priority" }, say("priority")), this.priority, this.tags, this.form);
  }

  draw() {
    const { row } = this.desk;
    const may = this.desk.may("conversations.note");
    const key = JSON.stringify([row.id, row.tags, row.priority, may]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.priority.value = row.priority;
    set(this.priority, { disabled: !may, "data-priority": row.priority });
    this.form.hidden = !may;
    this.tags.hidden = row.tags.length === 0;
    this.tags.replaceChildren(...row.tags.map((tag) => h("li", {}, h("span", {}, tag), may && this.#remover(tag))));
  }

  /** Let the keyboard go on where a tag is written or the priority is chosen. */
  go(what) {
    (what === "tag" ? this.input : this.priority).focus();
  }

  #remover(tag) {
    const remove = async () => {
      if (await this.desk.acts.tag([], [tag])) this.input.focus();
    };
    return h("button", { type: "button", "aria-label": this.desk.say("tag_remove", { tag }), onclick: remove }, icon(ICONS.close));
  }

  async #add(event) {
    event.preventDefault();
    const add = this.input.value.split(/[,，]/).map(tidy).filter(Boolean);
    if (!add.length) return;
    const [id, typed] = [this.desk.current, this.input.value];
    if ((await this.desk.acts.tag(add, [])) && this.desk.current === id && this.input.value === typed) this.input.value = "";
  }

  async #prioritize() {
    if (await this.desk.acts.prioritize(this.priority.value)) return;
    this.#drawn = "";
    this.draw();
  }
}
