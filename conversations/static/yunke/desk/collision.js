// Two who answer at once: whether a colleague has answered since one began to write, and asking before one does, too.

import { h } from "../dom.js";

/** Whether somebody else of the company has said something after `seq`; null: nothing is being written. */
export const isOvertaken = ({ items }, me, seq) =>
  seq !== null && items.some((it) => it.kind === "message.posted.v1" && it.author === "member" && it.sender !== me && it.seq > seq);

/** What the conversation on the page says of the answer that is being written there. */
export const overtaken = (desk) => isOvertaken(desk.thread, desk.me.id, desk.drafts.began(desk.current));

/** Up to where one has seen the conversation that is on the page. */
export const seen = (desk) => Math.max(desk.thread.publicSeq, desk.row?.public_seq ?? 0);

export class Collision {
  #act = null;

  constructor(desk) {
    const { say } = desk;
    this.node = h("dialog.collision", { role: "alertdialog", "aria-labelledby": "collision-title", "aria-describedby": "collision-what" },
      h("h2", { id: "collision-title" }, say("collision_title")),
      h("p", { id: "collision-what" }, say("overtaken")),
      h("div.buttons", {},
        h("button", { type: "button", autofocus: true, onclick: () => this.node.close() }, say("collision_back")),
        h("button.primary", { type: "button", onclick: () => this.#go() }, say("collision_send"))));
  }

  /** Ask; `act` is done only if one wants it all the same. */
  ask(act) {
    this.#act = act;
    this.node.showModal();
  }

  #go() {
    this.node.close();
    this.#act();
  }
}
