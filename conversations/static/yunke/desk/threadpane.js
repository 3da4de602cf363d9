// One conversation: its head with what can be done, the timeline, notices, the composer.

import { ICONS, h, icon, set } from "../dom.js";
import { overtaken } from "./collision.js";
import { Company, isThere } from "./conference.js";
import { Composer } from "./composer.js";
import { canHandOn } from "./handing.js";
import { canSnooze, canWake, snoozedUntil } from "./snoozing.js";
import { Timeline } from "./timeline.js";

export class ThreadPane {
  #shown = null;
  #atEnd = true;

  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.composer = new Composer(desk);
    this.items = h("div.items", {});
    this.timeline = new Timeline({ desk, node: this.items });
    this.log = h("div.log", { role: "log", tabindex: "0", "aria-live": "polite", "aria-label": say("messages"), onscroll: () => this.#scrolled() }, this.items);
    this.down = h("button.chip.down", { type: "button", hidden: true, onclick: () => this.toEnd() }, icon(ICONS.down), say("newer"));
    this.notice = h("div.notice", { role: "status", hidden: true });
    this.typing = h("p.typing", { role: "status" });
    this.whole = h("div.whole", { hidden: true }, this.#head(),
      h("div.middle", {}, this.log, this.down), this.typing, this.notice, this.composer.node);
    this.none = this.#none();
    this.node = h("section.thread", { "aria-label": say("conversation") }, this.none, this.whole);
  }

  #head() {
    const { desk } = this;
    const { say } = desk;
    this.name = h("h2", { tabindex: "-1" });
    this.status = h("span.status", {});
    this.take = h("button.quiet", { type: "button", onclick: () => desk.run("take") }, say("take"));
    this.has = h("select", { "aria-label": say("assigned"), onchange: () => desk.acts.assign(this.has.value || null) });
    this.company = new Company(desk);
    this.hand = h("button.quiet", { type: "button", onclick: () => desk.run("hand-on") }, say("hand_on"));
    this.snooze = h("button.icon-button", { type: "button", "aria-label": say("snooze"), title: say("snooze"), onclick: () => desk.run("snooze") }, icon(ICONS.clock));
    this.wake = h("button.quiet", { type: "button", onclick: () => desk.run("wake") }, say("wake"));
    this.done = h("button", { type: "button", onclick: () => desk.run(desk.row?.status === "resolved" ? "reopen" : "resolve") });
    return h("header.head", {},
      h("button.icon-button.back", { type: "button", "aria-label": say("back"), onclick: () => desk.open(null) }, icon(ICONS.back)),
      h("div.title", {}, this.name, this.status, this.company.node),
      h("div.tools", {}, this.take, this.hand, this.snooze, this.wake, this.has, this.done,
        h("button.icon-button.about", { type: "button", "aria-label": say("about"), "aria-controls": "panel", onclick: () => desk.about() }, icon(ICONS.info))));
  }

  #none() {
    const { say } = this.desk;
    const keys = [["j / k", "key_move"], ["e", "resolve"], ["Ctrl K", "palette"], ["?", "shortcuts"]];
    return h("div.none", {}, icon(ICONS.inbox), h("p.big", {}, say("pick")),
      h("dl.keys", {}, keys.map(([key, words]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, say(words))))));
  }

  draw() {
    const { desk } = this;
    const id = desk.current;
    this.none.hidden = id !== null;
    this.whole.hidden = id === null;
    if (id === null) return void (this.#shown = null);
    if (id !== this.#shown) this.#arrive(id);
    this.#drawHead();
    this.timeline.draw({ state: desk.thread, entries: desk.outbox.of(id) });
    this.#drawNotice();
    this.composer.draw();
    if (this.#atEnd) this.toEnd();
    else this.down.hidden = false;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.down.hidden = true;
    this.#atEnd = true;
  }

  get watched() {
    return this.#atEnd && !document.hidden && document.hasFocus();
  }

  #arrive(id) {
    this.#shown = id;
    this.#atEnd = true;
    this.timeline.reset();
    this.composer.show(id);
    this.desk.amending.window();
  }

  #scrolled() {
    this.#atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    if (this.#atEnd) {
      this.down.hidden = true;
      this.desk.markRead();
    }
  }

  #drawHead() {
    const { desk } = this;
    const { say, row } = desk;
    const resolved = row?.status === "resolved";
    const name = desk.contactName(row);
    if (this.name.textContent !== name) this.name.textContent = name;
    const status = resolved ? "resolved" : row?.snoozed ? "snoozed" : "open";
    const words = row?.snoozed ? snoozedUntil(row.snoozed_until, say) : say(`status_${status}`);
    if (this.status.dataset.words !== words) {
      Object.assign(this.status.dataset, { words, state: status });
      this.status.replaceChildren(icon({ resolved: ICONS.check, snoozed: ICONS.clock, open: ICONS.inbox }[status]), words);
      this.done.replaceChildren(icon(resolved ? ICONS.reopen : ICONS.check), h("span", {}, say(resolved ? "reopen" : "resolve")));
      set(this.done, { "data-act": resolved ? "reopen" : "resolve" });
    }
    this.company.draw();
    this.hand.hidden = !canHandOn(desk);
    this.snooze.hidden = !canSnooze(desk);
    this.wake.hidden = !canWake(desk);
    this.done.hidden = !desk.may("conversations.resolve");
    this.take.hidden = resolved || row?.assignee === desk.me.id || !desk.may("conversations.take");
    this.#drawAssignee(row?.assignee ?? "");
  }

  #drawAssignee(assignee) {
    const { desk } = this;
    const people = [["", desk.say("nobody")], ...desk.members.map(({ id, name }) => [id, id === desk.me.id ? desk.say("me", { name }) : name])];
    if (assignee && !people.some(([id]) => id === assignee)) people.push([assignee, desk.memberName(assignee)]);
    const key = JSON.stringify(people);
    if (this.has.dataset.key !== key) {
      this.has.dataset.key = key;
      this.has.replaceChildren(...people.map(([id, name]) => h("option", { value: id }, name)));
    }
    if (this.has.value !== assignee && document.activeElement !== this.has) this.has.value = assignee;
    this.has.disabled = !desk.may("conversations.assign");
  }

  #drawNotice() {
    const { desk } = this;
    const { say, row } = desk;
    const typing = desk.typing.get(desk.current);
    this.typing.textContent = typing ? say("is_typing", { name: desk.typist(desk.current) }) : "";
    const words = this.#collision(typing, row);
    if (this.notice.dataset.words === words) return;
    this.notice.dataset.words = words;
    this.notice.hidden = !words;
    this.notice.replaceChildren(...(words ? [icon(ICONS.alert), h("span", {}, words)] : []));
  }

  /** Before somebody answers on top of somebody else. */
  #collision(typing, row) {
    const { desk } = this;
    if (typing?.kind === "member") return desk.say("also_typing", { name: typing.name });
    if (overtaken(desk)) return desk.say("overtaken");
    if (row?.assignee && row.assignee !== desk.me.id && !isThere(desk)) return desk.say("has_it", { name: desk.memberName(row.assignee) });
    return "";
  }
}
