// Answering one message in particular: what is quoted above an answer, in the timeline and while it is written.

import { messageAt } from "../conversation.js";
import { ICONS, h, icon } from "../dom.js";

const MOST = 160;
const short = (text) => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);

const wordsOf = (said, desk) => (said.recalled ? desk.say("recalled") : short(said.text));

/** Who said a message, by the name that the desk shows. */
export const nameOf = (it, desk) => (it.author === "member" ? it.name : desk.contactName(desk.row));

/** Changes with whatever is shown of the message that another one answers. */
export function quoteKey(it, desk) {
  const said = it.reply_to && messageAt(it.reply_to, desk.thread);
  return said ? `${said.seq} ${said.rev ?? 0} ${said.text}` : "";
}

/** What stands above an answer: a way to the message that it answers. */
export function quoteOf(it, desk) {
  if (!it.reply_to) return null;
  const said = messageAt(it.reply_to, desk.thread);
  if (!said) return h("p.quote", {}, desk.say("quoted_gone"));
  return h("button.quote", { type: "button", onclick: () => desk.pane.timeline.reveal(said.seq) },
    h("span.who", {}, nameOf(said, desk)), h("span.words", { dir: "auto" }, wordsOf(said, desk)));
}

/** Above the box, while an answer is written: what it answers, and a way not to. */
export class QuoteBar {
  #drawn = "";

  constructor(desk) {
    this.desk = desk;
    this.node = h("div.quoting", { hidden: true });
  }

  draw() {
    const { desk } = this;
    const said = messageAt(desk.drafts.quoted(desk.current), desk.thread);
    const key = said ? `${desk.current} ${quoteKey({ reply_to: said.seq }, desk)}` : "";
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.node.hidden = !said;
    if (!said) return this.node.replaceChildren();
    this.node.replaceChildren(
      h("p", {}, h("span.who", {}, desk.say("quoting", { name: nameOf(said, desk) })), h("span.words", { dir: "auto" }, wordsOf(said, desk))),
      h("button.icon-button", { type: "button", "aria-label": desk.say("quote_off"), title: desk.say("quote_off"), onclick: () => desk.quote(null) }, icon(ICONS.close)));
  }
}
