// Snoozing: until when, chosen from a few times or said; how it reads; and the news that something is back.

import { SHOWN } from "../conversation.js";
import { h } from "../dom.js";
import { fullTime } from "../words.js";

["snoozed", "woken"].forEach((what) => SHOWN.add(`conversation.${what}.v1`));

const has = (desk) =>
  desk.row?.status === "open" && Boolean(desk.row.assignee) &&
  (desk.may("conversations.assign") || (desk.row.assignee === desk.me.id && desk.may("conversations.take")));

export const canSnooze = (desk) => has(desk) && !desk.row.snoozed;
export const canWake = (desk) => has(desk) && desk.row.snoozed;

export const snoozedUntil = (until, say) => (until ? say("snoozed_until", { time: fullTime(until) }) : say("snoozed_for_reply"));

/** The times that one chooses from, each later than now. */
export function choices(now) {
  const at = (days, hour) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const after = (hours) => new Date(now.getTime() + hours * 3_600_000);
  const monday = at(((8 - now.getDay()) % 7) || 7, 9);
  const times = [["hour", after(1)], ["hours", after(3)], ["tomorrow", at(1, 9)], ["monday", monday]];
  return times.filter(([name], n) => name !== "monday" || times[n - 1][1].getTime() !== monday.getTime());
}

/** As <input type=datetime-local> writes it: by the clock of this place, without a zone. */
const local = (time) => new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export class Snoozing {
  #id = null;

  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.times = h("div.times", { role: "group", "aria-labelledby": "snooze-title" });
    this.time = h("input", { type: "datetime-local", id: "snooze-time", required: true });
    this.node = h("dialog.snooze", { "aria-labelledby": "snooze-title" },
      h("h2", { id: "snooze-title" }, say("snooze_title")),
      h("p.hint", {}, say("snooze_hint")),
      this.times,
      h("form", { onsubmit: (event) => (event.preventDefault(), this.#until(new Date(this.time.value))) },
        h("label", { for: "snooze-time" }, say("snooze_time")),
        h("div.line", {}, this.time, h("button", { type: "submit" }, say("snooze_go")))),
      h("div.buttons", {}, h("button", { type: "button", onclick: () => this.node.close() }, say("cancel"))));
  }

  show() {
    const { say } = this.desk;
    const now = new Date();
    this.#id = this.desk.current;
    this.times.replaceChildren(
      ...choices(now).map(([name, time]) => this.#choice(say(`snooze_${name}`), fullTime(time), time)),
      this.#choice(say("snooze_reply"), "", null));
    Object.assign(this.time, { min: local(now), value: local(choices(now)[1][1]) });
    this.node.showModal();
  }

  #choice(words, more, time) {
    return h("button", { type: "button", onclick: () => this.#until(time) }, h("span", {}, words), h("small", {}, more));
  }

  async #until(time) {
    this.node.close();
    const { desk } = this;
    const id = this.#id;
    const until = time && time.toISOString();
    if (await desk.acts.snooze(until, id)) desk.toasts.show(snoozedUntil(until, desk.say), { label: desk.say("undo"), act: () => desk.acts.wake(id) });
  }

  /** Tell whoever has it that it is back. */
  hear(events) {
    const { desk } = this;
    for (const { kind, conversation, body } of events) {
      const row = desk.rows.rows[conversation];
      if (kind !== "conversation.woken.v1" || !["time", "reply"].includes(body.reason) || row?.assignee !== desk.me.id) continue;
      desk.toasts.show(desk.say("woken_yours", { name: desk.contactName(row) }), { label: desk.say("open_it"), act: () => desk.open(conversation) });
    }
  }
}
