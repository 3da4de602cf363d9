// The bar above: company, palette, how fresh the list is, presence, the member's menu. And the toasts.

import { ICONS, h, icon, set } from "../dom.js";
import { timeOf } from "../words.js";
import { StateMenu } from "./statemenu.js";

export class Topbar {
  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.link = h("span.link-state", { role: "status" });
    this.states = new StateMenu(desk);
    this.node = h("header.bar", {}, h("h1.sr-only", {}, desk.tenant),
      h("a.brand", { href: "/" }, h("img", { src: document.body.dataset.logo, alt: "", width: 26, height: 26 }), h("span", {}, desk.tenant)),
      h("button.find", { type: "button", onclick: () => desk.palette.show() }, icon(ICONS.search), h("span", {}, say("palette_hint")), h("kbd", {}, "Ctrl K")),
      this.link,
      desk.mentions.button,
      this.states.nodes,
      h("button.icon-button.who", { type: "button", popovertarget: "menu", "aria-label": say("menu", { name: desk.me.name }) }, desk.me.name.slice(0, 1).toUpperCase()),
      this.#menu());
  }

  #menu() {
    const { desk } = this;
    const item = (words, path, act) => h("button", { type: "button", onclick: () => (this.menu.hidePopover(), act()) }, icon(path), desk.say(words));
    this.menu = h("div.menu", { id: "menu", popover: "auto" },
      h("p.person", {}, h("b", {}, desk.me.name), h("span", {}, desk.me.email)),
      desk.may("tickets.view") && h("a", { href: "/tickets" }, icon(ICONS.note), desk.say("tickets")),
      desk.may("conversations.assign") && h("a", { href: "/wall" }, icon(ICONS.inbox), desk.say("wall")),
      desk.may("inboxes.manage") && h("a", { href: "/settings/inboxes" }, icon(ICONS.gear), desk.say("inboxes")),
      h("a", { href: "/settings/account" }, icon(ICONS.person), desk.say("account")),
      desk.companies.map((company) => h("button", { type: "button", onclick: () => desk.acts.switchTo(company) }, icon(ICONS.reopen), desk.say("switch_to", { name: company.name }))),
      item("other_language", ICONS.globe, () => desk.acts.speakOther()),
      item("shortcuts", ICONS.info, () => desk.help()),
      item("sign_out", ICONS.back, () => desk.acts.signOut()));
    return this.menu;
  }

  draw() {
    const { desk } = this;
    this.states.draw();
    const fresh = desk.live.state === "online";
    const words = fresh ? desk.say("live") : desk.freshAt ? desk.say("stale", { time: timeOf(desk.freshAt) }) : desk.say("connecting");
    const key = `${desk.live.state} ${words}`;
    if (this.link.dataset.key === key) return;
    this.link.dataset.key = key;
    set(this.link, { "data-state": desk.live.state });
    this.link.replaceChildren(icon(fresh ? ICONS.check : ICONS.alert), h("span", {}, words));
  }
}

/** Short news at the foot of the page, with at most one thing to do about it. */
export class Toasts {
  constructor() {
    this.node = h("div.toasts", { role: "status" });
  }

  show(words, { act = null, label = "", bad = false } = {}) {
    const toast = h(`div.toast${bad ? ".bad" : ""}`, {}, icon(bad ? ICONS.alert : ICONS.check), h("span", {}, words),
      act && h("button.link", { type: "button", onclick: () => (toast.remove(), act()) }, label));
    this.node.append(toast);
    setTimeout(() => toast.remove(), 8_000);
  }
}
