// What only some messages of the widget have: a quote, what can be done with one, why one was not sent.

import { SIGNS, h, icon } from "../nodes.js";
import { language, speaker } from "../words.js";

const MOST = 120;
const REPLY = "M6 3.5 2.5 7 6 10.5M2.5 7H9a4.5 4.5 0 0 1 4.5 4.5v1";
const CLOSE = "m4 4 8 8M12 4l-8 8";
const short = (text) => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);

/** Fetch the words and the looks, then be there. */
export async function load(transcript) {
  const words = (await import(`../i18n/extras-${language}.js`)).default;
  const sheet = new URL("./extras.css", import.meta.url).href;
  const look = h("link", { rel: "stylesheet", href: sheet });
  await new Promise((done) => ((look.onload = look.onerror = done), document.head.append(look)));
  return (transcript.extras = new Extras(transcript, speaker(words)));
}

class Extras {
  #quoted = null;

  constructor(transcript, say) {
    Object.assign(this, { transcript, say });
    this.bar = h("div.quoting", { hidden: true });
    transcript.form.before(this.bar);
  }

  #find({ thread, reply_to }) {
    return this.transcript.items.find((it) => it.author && it.thread === thread && it.seq === reply_to);
  }

  #name(it) {
    return it.author === "contact" ? this.transcript.say("you") : it.name;
  }

  /** Changes with whatever is shown of a message besides its own words. */
  keyOf(it) {
    return it.reply_to && this.#find(it)?.text;
  }

  above(it) {
    if (!it.reply_to) return null;
    const said = this.#find(it);
    if (!said) return h("p.quote", {}, this.say("quoted_gone"));
    return h("blockquote.quote", {}, h("b", {}, this.#name(said)), h("span", { dir: "auto" }, short(said.text)));
  }

  beside(it) {
    const words = this.say("reply", { name: this.#name(it) });
    return h("button.act", { type: "button", "aria-label": words, title: words, onclick: () => this.#quote(it) }, icon(REPLY));
  }

  #quote(it) {
    this.#quoted = it;
    this.bar.hidden = !it;
    const words = this.say("quote_off");
    if (it) this.bar.replaceChildren(
      h("p", {}, h("b", {}, this.say("quoting", { name: this.#name(it) })), h("span", { dir: "auto" }, short(it.text))),
      h("button.act", { type: "button", "aria-label": words, title: words, onclick: () => this.#quote(null) }, icon(CLOSE)));
    this.transcript.box.focus();
  }

  /** What is answered by what is sent now into this conversation; nothing any more after that. */
  take(thread) {
    const quoted = this.#quoted;
    if (quoted) this.#quote(null);
    return quoted?.thread === thread ? quoted.seq : undefined;
  }

  failed({ id, code }) {
    const { outbox, again } = this.transcript;
    const reason = this.say(["too_large", "contact_blocked"].includes(code) ? code : "failed");
    return h("p.state", {},
      h("span", { "data-state": "failed" }, icon(SIGNS.alert), reason),
      h("button.link", { type: "button", onclick: () => (outbox.retry(id), again()) }, this.say("retry")),
      h("button.link", { type: "button", onclick: () => outbox.discard(id) }, this.say("discard")));
  }
}
