// Who the contact is and when things happened, beside the conversation.

import { unreadFrom } from "../conversation.js";
import { ICONS, h, icon, set } from "../dom.js";
import { fullTime } from "../words.js";
import { Labels } from "./labels.js";
import { People } from "./people.js";
import { ERASED } from "./rows.js";
import { snoozedUntil } from "./snoozing.js";
import { Tickets } from "./tickets.js";

export class Panel {
  constructor(desk) {
    this.desk = desk;
    this.labels = new Labels(desk);
    this.people = new People(desk);
    this.tickets = new Tickets(desk);
    this.facts = h("dl.facts", {});
    this.erase = h("button.quiet.erase-contact", { type: "button", hidden: true, onclick: () => desk.erasing.show(desk.row) }, desk.say("erase"));
    this.block = h("button.quiet.block-contact", { type: "button", hidden: true, onclick: () => desk.acts.block(desk.row.contact.id, !desk.row.contact.blocked) });
    this.node = h("aside.panel", { id: "panel", "aria-label": desk.say("about"), hidden: true },
      h("header", {}, h("h2", {}, desk.say("about")),
        h("button.icon-button.shut", { type: "button", "aria-label": desk.say("close"), onclick: () => desk.about(false) }, icon(ICONS.close))),
      this.labels.node,
      this.facts,
      this.tickets.node,
      this.people.node,
      this.block,
      this.erase);
  }

  /** How much of what was answered the contact has had before their eyes. */
  #seen() {
    const { thread } = this.desk;
    if (!thread.contactRead) return "not_yet";
    return unreadFrom("member", thread.contactRead, thread) ? "not_all" : "all";
  }

  draw() {
    const { desk } = this;
    const { row, say } = desk;
    this.node.hidden = !row;
    set(this.node, { "data-open": String(desk.aboutOpen) });
    if (!row) return;
    this.labels.draw();
    this.people.draw();
    this.tickets.draw();
    this.erase.hidden = !desk.may("contacts.erase") || row.contact.name === ERASED;
    this.block.hidden = !desk.may("contacts.edit") || row.contact.name === ERASED;
    const act = say(row.contact.blocked ? "unblock" : "block");
    if (this.block.textContent !== act) this.block.textContent = act;
    const facts = [
      ["contact", desk.contactName(row)],
      ["vouched", row.contact.vouched ? row.contact.external_id : say("not_vouched")],
      ...(row.contact.blocked ? [["blocked", say("takes_nothing")]] : []),
      ["inbox", row.inbox.name],
      ["status", row.snoozed ? snoozedUntil(row.snoozed_until, say) : say(`status_${row.status}`)],
      ["assigned", row.assignee ? desk.memberName(row.assignee) : say("nobody")],
      ["since", fullTime(row.started_at)],
      ["last", fullTime(row.last_at)],
      ["seen_by_contact", say(this.#seen())],
    ];
    const key = JSON.stringify(facts);
    if (this.facts.dataset.key === key) return;
    this.facts.dataset.key = key;
    this.facts.replaceChildren(...facts.map(([name, value]) => h("div", {}, h("dt", {}, say(`fact_${name}`)), h("dd", {}, value))));
  }
}
