// What only some messages of the widget have: a quote, what can be done with one, why one was not sent.

import { SIGNS, h, icon } from "../nodes.js";
import { language, speaker } from "../words.js";

const MOST = 120;
const REPLY = "M6 3.5 2.5 7 6 10.5M2.5 7H9a4.5 4.5 0 0 1 4.5 4.5v1";
const EDIT = "M2.5 13.5 3.2 10.4 10.7 2.9l2.4 2.4-7.5 7.5-3.1.7Z";
const UNDO = "M5.5 3 2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6";
const SMILE = "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM5.5 9.5q2.5 2.6 5 0M6 6.3v.1M10 6.3v.1";
const EMOJI = ["👍", "❤️", "😊", "🎉", "🙏"];
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
  #about = null; // { it, edits }: what the bar above the box is about

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

  #words(it) {
    return it.recalled ? this.say("recalled") : short(it.text);
  }

  /** Changes with whatever is shown of a message besides its own words. */
  keyOf(it) {
    const quoted = it.reply_to && this.#find(it);
    return `${it.rev} ${quoted?.rev} ${this.#isOpen(it)}`;
  }

  above(it) {
    if (!it.reply_to) return null;
    const said = this.#find(it);
    if (!said) return h("p.quote", {}, this.say("quoted_gone"));
    return h("blockquote.quote", {}, h("b", {}, this.#name(said)), h("span", { dir: "auto" }, this.#words(said)));
  }

  /** What stands in the place of its words; null: they do. */
  instead(it) {
    return it.recalled ? h("p.recalled", {}, this.say("recalled")) : null;
  }

  beside(it) {
    if (it.recalled) return null;
    const own = it.author === "contact" && this.#isOpen(it);
    return [
      h("div.acts", {},
        this.#act("reply", REPLY, () => this.#turn({ it }), { name: this.#name(it) }),
        it.author === "member" && this.#react(it),
        own && this.#act("edit", EDIT, () => this.#turn({ it, edits: true })),
        own && this.#act("recall", UNDO, () => this.#ask(it, "POST", "/recall", {}))),
      this.#reactions(it),
      it.edited && h("p.state", {}, this.say("edited")),
    ];
  }

  #act(words, path, onclick, values) {
    const said = this.say(words, values);
    return h("button.act", { type: "button", "aria-label": said, title: said, onclick }, icon(path));
  }

  #react(it) {
    const menu = h("div.emoji", { popover: "auto" }, EMOJI.map((emoji) =>
      h("button.act", { type: "button", "aria-label": this.say("react_with", { emoji }), onclick: () => (menu.hidePopover(), this.#put(it, emoji)) }, emoji)));
    const open = this.#act("react", SMILE, () => {
      menu.showPopover();
      const [at, { width, height }] = [open.getBoundingClientRect(), menu.getBoundingClientRect()];
      menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
      menu.style.top = `${Math.max(8, at.top - height - 4)}px`;
      menu.firstChild.focus();
    });
    return h("span", {}, open, menu);
  }

  #reactions(it) {
    const kinds = Object.entries(it.reactions ?? {});
    return kinds.length > 0 && h("p.reactions", {}, kinds.map(([emoji, { contact, member }]) =>
      h("button", { type: "button", "aria-pressed": String(contact > 0), "aria-label": `${emoji} ${contact + member}`, onclick: () => this.#put(it, emoji) }, emoji, String(contact + member))));
  }

  #put(it, emoji) {
    return this.#ask(it, "POST", "/reactions", { emoji, on: !it.reactions?.[emoji]?.contact });
  }

  /** One's own words may be changed for a while. */
  #isOpen(it) {
    return Date.now() - Date.parse(it.at) < this.transcript.visitor.window * 1000;
  }

  /** Ask something about a message; answer whether it was done. What cannot be done is said in the bar. */
  async #ask({ thread, seq }, method, path, body) {
    const answer = await this.transcript.visitor.ask(method, `/api/v1/visitors/conversations/${thread}/messages/${seq}${path}`, body).catch(() => null);
    if (!answer?.ok) this.#tell(this.say("not_done"));
    return Boolean(answer?.ok);
  }

  #turn(about) {
    const { it, edits } = about ?? {};
    this.#about = about;
    if (!it) this.bar.hidden = true;
    else this.#tell(this.say(edits ? "editing" : "quoting", { name: this.#name(it) }), short(it.text));
    if (edits) this.transcript.setDraft(it.text);
    this.transcript.box.focus();
  }

  #tell(title, words = "") {
    this.bar.hidden = false;
    this.bar.replaceChildren(h("p", { role: "status" }, h("b", {}, title), h("span", { dir: "auto" }, words)),
      this.#act("quote_off", CLOSE, () => this.#close()));
  }

  #close() {
    if (this.#about?.edits) this.transcript.setDraft("");
    this.#turn(null);
  }

  /** What is sent now: words for a message that is edited (`done`), or ones that may answer another (`reply_to`). */
  take(text, thread) {
    const { it, edits } = this.#about ?? {};
    this.#turn(null);
    if (!it) return {};
    if (!edits) return it.thread === thread ? { reply_to: it.seq } : {};
    this.#ask(it, "PATCH", "", { text }).then((done) => done || this.transcript.setDraft(text));
    return { done: true };
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
