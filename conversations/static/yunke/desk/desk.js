// The agent page: what it knows, and what can be done. Panes draw it; reducers judge it.

import { lastFrom } from "../conversation.js";
import { h } from "../dom.js";
import { Live, liveUrl } from "../live.js";
import { Outbox, Shelf } from "../outbox.js";
import { ACTIONS, allowed } from "./actions.js";
import { Amending } from "./amending.js";
import { api } from "./api.js";
import { Collision } from "./collision.js";
import { Commands } from "./commands.js";
import { Drafts } from "./composer.js";
import { applyInvited, loadedInvited } from "./conference.js";
import { DraftSync } from "./draftsync.js";
import { ListPane } from "./listpane.js";
import { Erasing } from "./erasing.js";
import { Finding } from "./finding.js";
import { Handing } from "./handing.js";
import { Macros } from "./macros.js";
import { Mentions } from "./mentions.js";
import { MessageMenu } from "./messagemenu.js";
import { OfferPane } from "./offerpane.js";
import { applyOffers, loadedOffers } from "./offers.js";
import { Palette, helpDialog } from "./palette.js";
import { Panel } from "./panel.js";
import { Places } from "./places.js";
import { Presence } from "./presence.js";
import { FILTERS, applyDesk, emptyRows, loaded, merged, unknown, visible } from "./rows.js";
import { signIn, ticket } from "./session.js";
import { Snoozing } from "./snoozing.js";
import { ThreadPane } from "./threadpane.js";
import { Threads } from "./threads.js";
import { Toasts, Topbar } from "./topbar.js";
import { isOthers, tellOfWatching } from "./watching.js";

const PAGE = 50;

export class Desk {
  rows = emptyRows();
  offers = new Map();
  invited = new Map();
  typing = new Map();
  current = null;
  loading = true;
  broken = false;
  aboutOpen = false;
  freshAt = null;
  #news = [];
  #fetching = new Set();
  #told = new Map();
  #wanted = null;

  constructor({ me, role, permissions, tenant, members, companies, say }) {
    Object.assign(this, { me, role, permissions: new Set(permissions), tenant: tenant.name, members, companies, say });
    this.prefs = new Shelf(`yunke.desk.${me.id}.`);
    this.filterName = FILTERS[this.prefs.get("filter")] ? this.prefs.get("filter") : "open";
    this.presence = new Presence({ me: me.id, onChange: () => this.draw() });
    this.drafts = new Drafts(new Shelf(`yunke.draft.${me.id}.`));
    this.draftSync = new DraftSync({
      drafts: this.drafts,
      may: (kind) => this.may(kind === "note" ? "conversations.note" : "conversations.reply"),
      onChange: (id) => (this.pane.composer.changed(id), this.draw()),
    });
    this.outbox = new Outbox({ shelf: new Shelf(`yunke.out.${me.id}.`), onChange: () => this.draw() });
    this.live = new Live({ url: liveUrl(), getTicket: ticket, outbox: this.outbox, on: (...news) => this.hear(...news) });
    this.acts = new Commands(this);
    this.threads = new Threads({ live: this.live, onChange: (...news) => this.#arrived(...news) });
    this.list = new ListPane(this);
    this.pane = new ThreadPane(this);
    this.panel = new Panel(this);
    this.offered = new OfferPane(this);
    this.places = new Places({ onChange: () => this.drawThread() });
    this.handing = new Handing(this);
    this.collision = new Collision(this);
    this.macros = new Macros(this);
    this.mentions = new Mentions(this);
    this.snoozing = new Snoozing(this);
    this.finding = new Finding(this);
    this.amending = new Amending(this);
    this.messageMenu = new MessageMenu(this);
    this.palette = new Palette(this);
    this.shortcuts = helpDialog(this);
    this.erasing = new Erasing(this);
    this.toasts = new Toasts();
    this.bar = new Topbar(this);
    this.main = h("main.panes", {}, this.list.node, this.offered.node, this.pane.node, this.panel.node, this.messageMenu.node);
    this.nodes = [this.bar.node, this.main, this.palette.node, this.shortcuts, this.erasing.node, this.handing.node, this.mentions.node, this.collision.node, this.snoozing.node, this.finding.node, this.amending.node, this.toasts.node];
  }

  may(permission) {
    return this.permissions.has(permission);
  }

  get row() {
    return this.current ? (this.rows.rows[this.current] ?? null) : null;
  }

  get thread() {
    return this.threads.get(this.current);
  }

  holds(row) {
    return FILTERS[this.filterName].holds(row, this.me.id);
  }

  contactName(row) {
    const name = row?.contact.name ?? "";
    return name && !name.startsWith("#") ? name : `${this.say("visitor")} ${name}`.trim();
  }

  /** Who is typing there now, by name. */
  typist(id) {
    const who = this.typing.get(id);
    return who && (who.kind === "member" ? who.name : this.contactName(this.rows.rows[id]));
  }

  memberName(id) {
    return this.members.find((member) => member.id === id)?.name ?? this.say("colleague");
  }

  // ---- what is loaded

  /** Load the filter's first page; the desk topic goes on from its position. */
  async load() {
    this.loading = true;
    this.broken = false;
    this.draw(true);
    try {
      const page = await api.list({ ...FILTERS[this.filterName].query, limit: PAGE });
      this.rows = loaded(page, this.filterName, this.rows);
      await this.#follow(page.position);
    } catch (error) {
      this.acts.refused(error, { silent: true });
      this.broken = true;
    }
    this.loading = false;
    this.draw(true);
  }

  async #follow(position) {
    if (this.following) return;
    this.following = true;
    await Promise.all([this.#loadOffers(), this.mentions.load()]); // before the events since `position`, which then tell what became of them
    this.live.subscribe("desk", { after: position, onEvent: (event) => this.#later(event), onGap: () => this.#reload() });
    if (this.may("tickets.view")) this.live.subscribe("tickets", this.panel.tickets.following(position));
    if (this.may("members.view")) this.live.subscribe("presence", { onEvent: () => {} });
    this.draftSync.load();
    this.presence.load({ withReasons: this.may("definitions.view") });
    this.live.start();
  }

  async #loadOffers() {
    if (!this.may("conversations.take")) return;
    try {
      const [offers, invited] = await Promise.all([api.offers(), api.invitations()]);
      Object.assign(this, { offers: loadedOffers(offers), invited: loadedInvited(invited) });
      for (const id of [...this.offers.keys(), ...this.invited.keys()]) if (!this.rows.rows[id]) this.#find(id);
    } catch (error) {
      this.acts.refused(error, { silent: true });
    }
  }

  /** History was cut behind us: what we know may be wrong anywhere. */
  #reload() {
    this.rows = emptyRows();
    this.#loadOffers();
    this.mentions.load();
    this.load();
  }

  async more() {
    const next = this.rows.reach[this.filterName]?.next;
    if (!next || this.#fetching.has(next)) return;
    this.#fetching.add(next);
    try {
      const cursor = next.includes("cursor=") ? new URL(next, location.href).searchParams.get("cursor") : next;
      const page = await api.list({ ...FILTERS[this.filterName].query, limit: PAGE, cursor });
      this.rows = loaded(page, this.filterName, this.rows);
      this.draw();
    } catch (error) {
      this.acts.refused(error, { silent: true });
      setTimeout(() => this.#fetching.delete(next), 5_000);
    }
  }

  async #find(id) {
    if (this.#fetching.has(id)) return;
    this.#fetching.add(id);
    try {
      this.rows = merged(await api.find(id), this.rows);
      this.draw();
    } catch (error) {
      if (error.status === 404) this.rows = unknown(id, this.rows);
      if (id === this.current && error.status === 404) this.open(null);
      this.acts.refused(error, { silent: error.status !== 404 });
    } finally {
      this.#fetching.delete(id);
    }
  }

  // ---- what comes in

  hear(name, detail) {
    if (name === "final") return signIn();
    if (name === "state" && detail !== "online") this.freshAt ??= Date.now();
    if (name === "welcome") {
      this.freshAt = null;
      if (this.broken) this.load();
    }
    if (name === "typing") this.#typing(detail);
    if (name === "presences") return this.presence.takeAll(detail);
    if (name === "presence") {
      if (detail.member === this.me.id && detail.by) this.toasts.show(this.say("state_set_by", { by: this.memberName(detail.by), state: this.say(`state_${detail.state}`) }));
      return this.presence.take(detail);
    }
    this.draw();
  }

  #typing({ conversation, who }) {
    if (who.id === this.me.id || (who.kind === "member" && !who.id && who.name === this.me.name)) return;
    clearTimeout(this.typing.get(conversation)?.ends);
    const ends = setTimeout(() => (this.typing.delete(conversation), this.draw()), 6_000);
    this.typing.set(conversation, { ...who, ends });
  }

  #later(event) {
    this.#news.push(event);
    if (this.#news.length === 1) setTimeout(() => this.#takeIn(), 16);
  }

  #takeIn() {
    const events = this.#news;
    this.#news = [];
    const { state, missing } = applyDesk(events, this.rows);
    this.rows = state;
    this.offers = applyOffers(events, this.me.id, this.offers);
    this.invited = applyInvited(events, this.me.id, this.invited);
    this.handing.hear(events);
    this.snoozing.hear(events);
    this.mentions.hear(events);
    this.panel.people.hear(events);
    for (const { kind, conversation } of events) if (kind === "message.posted.v1") this.typing.delete(conversation);
    missing.forEach((id) => this.#find(id));
    this.draw();
  }

  #arrived(id) {
    if (id !== this.current) return;
    this.drawThread();
    this.#reach();
  }

  /** Go to what is wanted of the open conversation, as soon as that is here. */
  #reach() {
    const { id, seq, staff } = this.#wanted ?? {};
    if (id !== this.current || (staff ? this.thread.staffSeq : this.thread.publicSeq) < seq) return;
    this.#wanted = null;
    this.pane.timeline.reveal(seq, staff);
  }

  // ---- what is shown

  draw(fresh = false) {
    if (fresh) return this.#draw(true);
    if (this.drawing) return;
    this.drawing = setTimeout(() => this.#draw(false), 16);
  }

  #draw(fresh) {
    clearTimeout(this.drawing);
    this.drawing = null;
    this.list.draw({ ids: visible(this.filterName, this.me.id, this.rows).map(({ id }) => id), fresh });
    this.drawThread();
    this.offered.draw();
    this.bar.draw();
    const unread = Object.values(this.rows.rows).filter((row) => row.status === "open" && row.unread > 0).length;
    document.title = `${unread ? `(${unread}) ` : ""}${this.tenant} · Yunke`;
  }

  drawThread() {
    this.main.dataset.pane = this.current === null ? "list" : "thread";
    this.pane.draw();
    this.panel.draw();
    this.markRead();
  }

  /** Read is what somebody has had before their eyes: in view, in front, at the end. */
  markRead() {
    tellOfWatching(this);
    if (this.row && this.pane.watched) this.mentions.read(this.current);
    if (!this.row || isOthers(this) || !this.pane.watched || !this.may("conversations.reply")) return;
    const seq = lastFrom("contact", this.thread);
    if (seq <= Math.max(this.thread.memberRead, this.#told.get(this.current) ?? 0)) return;
    if (this.live.tell({ type: "read", conversation: this.current, seq })) this.#told.set(this.current, seq);
  }

  filter(name) {
    this.filterName = name;
    this.prefs.set("filter", name);
    this.list.scroll.scrollTop = 0;
    if (this.rows.reach[name]) this.draw(true);
    else this.load();
  }

  open(id) {
    if (location.hash.slice(1) !== (id ?? "")) history.pushState(null, "", id ? `#${id}` : location.pathname);
    if (id === this.current) return;
    this.current = id;
    this.aboutOpen = false;
    this.threads.open(id);
    if (id && !this.row) this.#find(id);
    this.draw();
    this.drawThread();
    this.list.paint();
    if (id && !matchMedia("(width > 760px)").matches) this.pane.name.focus({ preventScroll: true });
  }

  /** Open a conversation where something was said: `seq` among what everybody sees, or among what the `staff` does. */
  openAt(id, { seq, staff }) {
    this.#wanted = { id, seq, staff };
    this.open(id);
    this.#reach();
  }

  move(step) {
    const { order } = this.list;
    const at = order.indexOf(this.current);
    const id = order[Math.min(order.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    if (!id) return;
    this.open(id);
    this.list.reveal(id);
  }

  nextUnread() {
    const id = this.list.order.find((each) => each !== this.current && this.rows.rows[each].unread > 0);
    if (!id) return this.toasts.show(this.say("all_read"));
    this.open(id);
    this.list.reveal(id);
  }

  about(to = !this.aboutOpen) {
    this.aboutOpen = to;
    this.panel.draw();
  }

  /** Show where a conversation is labelled, and go there. */
  label(what) {
    this.about(true);
    this.panel.labels.go(what);
  }

  help() {
    this.shortcuts.showModal();
  }

  // ---- what is done

  /** Run an action of the table by its id, if it is offered now. */
  run(id) {
    const action = ACTIONS.find((each) => each.id === id);
    if (allowed(action, this)) action.run(this);
  }

  write(kind) {
    this.pane.composer.write(kind);
  }

  /** Answer one message in particular; null: none any more. */
  quote(seq) {
    this.drafts.quote(this.current, seq);
    if (seq === null) return this.pane.composer.draw();
    this.pane.composer.write(this.pane.composer.kind);
  }

  answer(id, text, reply_to) {
    this.outbox.add({ conversation: id, text, reply_to });
    this.live.pump();
    this.pane.toEnd();
  }
}
