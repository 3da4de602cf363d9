// What can be done with one message: a button beside it, and the menu that it opens.

import { ICONS, h, icon } from "../dom.js";
import { acts, choices } from "./amending.js";

/** Words, icon, when it is offered, what it does. */
const ACTS = [
  { words: "quote", icon: "reply", when: (it, desk) => !it.recalled && mayWrite(desk), run: (it, desk) => desk.quote(it.seq) },
  ...acts,
];

const mayWrite = (desk) => desk.may("conversations.reply") || desk.may("conversations.note");

export class MessageMenu {
  #from = null;

  constructor(desk) {
    this.desk = desk;
    this.list = h("div.choices", { role: "group", onkeydown: (event) => this.#step(event) });
    this.node = h("div.menu.of-message", { popover: "auto", ontoggle: (event) => event.newState === "closed" && this.#closed() }, this.list);
  }

  /** Beside a message; none where nothing can be done. */
  button(it, name) {
    const { desk } = this;
    if (!this.#acts(it, 0).length) return null;
    const words = desk.say("message_acts", { name });
    const button = h("button.icon-button.acts", { type: "button", "aria-label": words, "aria-haspopup": "true", title: words }, icon(ICONS.more));
    button.onclick = () => this.#open(it.seq, button);
    return button;
  }

  #acts(it, window) {
    return ACTS.filter(({ when }) => when(it, this.desk, window));
  }

  #open(seq, button) {
    const { desk } = this;
    const window = desk.amending.window();
    const it = desk.thread.items.find((each) => each.kind === "message.posted.v1" && each.seq === seq);
    if (!it) return;
    this.#from = button;
    const react = (emoji, on) => this.#run({ run: () => desk.acts.react(it.seq, emoji, on) }, it);
    this.list.replaceChildren(
      ...(it.recalled || !desk.may("conversations.reply") ? [] : [choices(it, desk, react)]),
      ...this.#acts(it, window).map((act) =>
        h("button", { type: "button", onclick: () => this.#run(act, it) }, icon(ICONS[act.icon]), h("span", {}, desk.say(act.words)))));
    this.node.showPopover();
    const [at, { width, height }] = [button.getBoundingClientRect(), this.node.getBoundingClientRect()];
    this.node.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    this.node.style.top = `${at.bottom + height + 8 > innerHeight ? Math.max(8, at.top - height - 4) : at.bottom + 4}px`;
    this.list.querySelector(":scope > button")?.focus();
  }

  #run({ run }, it) {
    this.#from = null; // the act says where to go on
    this.node.hidePopover();
    run(it, this.desk);
  }

  #closed() {
    this.#from?.focus();
    this.#from = null;
  }

  #step(event) {
    const buttons = [...this.list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1 + buttons.length, ArrowLeft: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || event.isComposing) return;
    event.preventDefault();
    buttons[to % buttons.length].focus();
  }
}
