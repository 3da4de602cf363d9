// The button with one's own state and what it opens: the states to choose from, and the colleagues'.

import { ICONS, arrange, h, icon, set } from "../dom.js";
import { timeOf } from "../words.js";
import { STATES } from "./presence.js";

const dot = (state) => h("span.dot", { "data-state": state, "aria-hidden": "true" });

export class StateMenu {
  #drawn = "";

  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.label = h("span.words");
    this.dot = dot("offline");
    this.button = h("button.presence", { type: "button", popovertarget: "states" }, this.dot, this.label, icon(ICONS.fold));
    this.choices = h("div.choices", { role: "group", "aria-label": say("presence"), onkeydown: (event) => this.#step(event) });
    this.colleagues = h("ul.colleagues", { "aria-labelledby": "colleagues" });
    this.head = h("h2", { id: "colleagues" }, say("colleagues"));
    this.menu = h("div.menu.states", { id: "states", popover: "auto", "aria-label": say("presence"), ontoggle: (event) => this.#toggled(event) },
      this.choices, this.head, this.colleagues);
    this.nodes = [this.button, this.menu];
  }

  draw() {
    const { say, presence } = this.desk;
    const { state, reason } = presence.own;
    const key = `${state} ${reason ?? ""} ${presence.reasons.length}`;
    if (key !== this.#drawn) {
      this.#drawn = key;
      const words = this.#words(presence.own);
      this.label.textContent = words;
      set(this.dot, { "data-state": state });
      set(this.button, { "aria-label": `${say("presence")}: ${words}` });
      this.#drawChoices();
    }
    if (this.menu.matches(":popover-open")) this.#drawColleagues();
  }

  #words({ state, reason }) {
    const word = this.desk.say(`state_${state}`);
    return reason ? `${word} · ${this.desk.presence.reasonName(reason)}` : word;
  }

  #drawChoices() {
    const { presence } = this.desk;
    const focused = this.choices.contains(document.activeElement);
    const choice = (state, reason) => {
      const own = presence.own.state === state && (presence.own.reason ?? null) === (reason?.key ?? null);
      return h(`button${reason ? ".reason" : ""}`, { type: "button", "aria-pressed": String(own), onclick: () => this.#choose(state, reason?.key) },
        reason ? null : dot(state), h("span", {}, reason ? reason.name : this.desk.say(`state_${state}`)), own && icon(ICONS.check));
    };
    this.choices.replaceChildren(...STATES.flatMap((state) => [
      choice(state),
      ...presence.reasons.filter(({ states }) => states.includes(state)).map((reason) => choice(state, reason)),
    ]));
    if (focused) this.#pressed()?.focus();
  }

  #drawColleagues() {
    const { members, me, presence, say } = this.desk;
    const rows = members.filter(({ id }) => id !== me.id).map(({ id, name }) => ({ id, name, ...presence.of(id) }));
    rows.sort((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state) || one.name.localeCompare(other.name));
    this.head.hidden = rows.length === 0;
    if (this.colleagues.contains(document.activeElement)) return; // whoever is choosing there is not disturbed
    arrange(this.colleagues, rows.map((row) =>
      h("li", {}, dot(row.state), h("span.name", {}, row.name),
        h("span.state", {}, this.#words(row), row.state !== "offline" && row.since ? ` · ${say("since", { time: timeOf(row.since) })}` : ""), this.#set(row))));
  }

  /** For those who may: another state for a colleague, who is told who did it. */
  #set({ id, name, state }) {
    const { desk } = this;
    if (!desk.may("conversations.assign")) return null;
    const choices = STATES.filter((each) => each !== state).map((each) => h("option", { value: each }, desk.say(`state_${each}`)));
    return h("select", { "aria-label": desk.say("state_of", { name }), onchange: ({ target }) => this.#setFor(id, target) },
      h("option", { value: "" }, desk.say("set_state")), choices);
  }

  #setFor(id, select) {
    const { value } = select;
    select.blur();
    if (value) this.desk.acts.setPresenceOf(id, value);
    this.#drawColleagues();
  }

  #pressed() {
    return this.choices.querySelector("[aria-pressed=true]") ?? this.choices.querySelector("button");
  }

  #toggled({ newState }) {
    if (newState !== "open") return;
    this.#drawColleagues();
    this.#pressed()?.focus();
  }

  #step(event) {
    const buttons = [...this.choices.children];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || event.isComposing) return;
    event.preventDefault();
    buttons[to % buttons.length].focus();
  }

  #choose(state, reason) {
    this.menu.hidePopover();
    this.desk.acts.setPresence(state, reason);
  }
}
