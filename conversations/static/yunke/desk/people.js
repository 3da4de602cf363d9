// Who the contact is besides: what they are known by, who may be the same, and whom somebody merged into them.

import { ICONS, h, icon } from "../dom.js";
import { api } from "./api.js";

const NOTHING = { own: null, identities: [], duplicates: [], merged: [] };
const NAMES = { wechat: "WeChat", whatsapp: "WhatsApp", messenger: "Messenger", instagram: "Instagram", telegram: "Telegram", line: "LINE", weibo: "Weibo", x: "X" };

/** The one who goes on is whom the site vouches for, or else who came first. */
export const inOrder = (one, other) => {
  if (one.vouched !== other.vouched) return one.vouched ? [other, one] : [one, other];
  return one.created_at <= other.created_at ? [other, one] : [one, other];
};

export class People {
  #asked = null;
  #found = NOTHING;

  constructor(desk) {
    this.desk = desk;
    const list = (name) => {
      const items = h("ul", {});
      return { items, node: h("section", { hidden: true, "aria-label": desk.say(name) }, h("h3", {}, desk.say(name)), items) };
    };
    this.lists = { identities: list("known_by"), duplicates: list("perhaps_same"), merged: list("merged_list") };
    this.node = h("div.people", {}, Object.values(this.lists).map(({ node }) => node));
  }

  /** Ask anew once something happened to this contact, or to one who may be the same. */
  hear(events) {
    const about = new Set([this.#asked, ...this.#found.duplicates.map(({ contact }) => contact.id), ...this.#found.merged.map(({ contact }) => contact.id)]);
    const ours = ({ conversation, body }) => !conversation && [body.contact, body.other, body.was, body.into, body.root].some((id) => id && about.has(id));
    if (events.some(ours)) this.#load(this.#asked);
  }

  draw() {
    const id = this.desk.row?.contact.id ?? null;
    if (id !== this.#asked) this.#load(id);
  }

  async #load(id) {
    if (id !== this.#asked) this.#show(NOTHING);
    this.#asked = id;
    if (!id) return;
    try {
      const [own, identities, duplicates, merged] = await Promise.all([api.contact(id), api.identities(id), api.duplicates(id), api.merged(id)]);
      if (id === this.#asked) this.#show({ own, identities, duplicates, merged });
    } catch (error) {
      if (error.status === undefined) throw error; // else what was shown stays; the next event asks anew
    }
  }

  #show(found) {
    this.#found = found;
    for (const [name, { items, node }] of Object.entries(this.lists)) {
      node.hidden = found[name].length === 0;
      items.replaceChildren(...found[name].map((each) => this[`_${name}`](each)));
    }
  }

  get #may() {
    return this.desk.may("contacts.edit");
  }

  #kind(kind) {
    return NAMES[kind] ?? this.desk.say(`kind_${kind}`);
  }

  #act(word, label, act) {
    return h("button.quiet", { type: "button", "aria-label": label, onclick: act }, this.desk.say(word));
  }

  _identities({ id, contact, kind, value, verified_at: at }) {
    const { desk } = this;
    const state = h("span.verified", { "data-verified": String(Boolean(at)) }, at && icon(ICONS.check), desk.say(at ? "verified" : "not_verified"));
    return h("li", {},
      h("p", {}, h("span.kind", {}, this.#kind(kind)), h("span.value", {}, value)),
      h("p.about", {}, state, !at && this.#may && this.#act("verify", desk.say("verify_what", { value }), () => desk.acts.verifyIdentity(contact, id))));
  }

  _duplicates({ contact, matches }) {
    const { desk } = this;
    const name = desk.contactName({ contact });
    const merge = () => {
      const [gone, stays] = inOrder(this.#found.own, contact);
      return desk.acts.merge(gone.id, stays.id);
    };
    return h("li", {},
      h("p", {}, h("span.value", {}, name)),
      h("p.about", {}, desk.say("same_by", { what: matches.map(({ kind, value }) => `${this.#kind(kind)} ${value}`).join(", ") })),
      this.#may && h("p.acts", {},
        this.#act("merge", desk.say("merge_whom", { name }), merge),
        this.#act("not_same", desk.say("not_same_whom", { name }), () => desk.acts.notSame(this.#asked, contact.id))));
  }

  _merged({ contact }) {
    const { desk } = this;
    const name = desk.contactName({ contact });
    return h("li", {},
      h("p", {}, h("span.value", {}, name)),
      this.#may && h("p.acts", {}, this.#act("unmerge", desk.say("unmerge_whom", { name }), () => desk.acts.unmerge(contact.id))));
  }
}
