// What is asked of the server on the agent page: what it answers is taken in, and what it refuses is said.

import { api } from "./api.js";
import { merged } from "./rows.js";
import { signIn } from "./session.js";

export class Commands {
  constructor(desk) {
    this.desk = desk;
  }

  note(id, note) {
    return this.ask(() => api.note(id, note));
  }

  edit(id, seq, text) {
    return this.ask(() => api.edit(id, seq, text));
  }

  recall(id, seq) {
    return this.ask(() => api.recall(id, seq));
  }

  react(seq, emoji, on) {
    return this.ask(() => api.react(this.desk.current, seq, emoji, on));
  }

  async tag(add, remove) {
    return this.#change((id) => api.tag(id, add, remove));
  }

  prioritize(priority) {
    return this.#change((id) => api.prioritize(id, priority));
  }

  snooze(until, id) {
    return this.#change((it) => api.snooze(it, until), id);
  }

  wake(id) {
    return this.#change(api.wake, id);
  }

  take() {
    return this.#change((id) => api.take(id));
  }

  async accept(id) {
    if (await this.#answerOffer(api.accept, id)) this.desk.open(id);
  }

  decline(id) {
    return this.#answerOffer(api.decline, id);
  }

  /** Whatever is answered, it is not offered any more. */
  async #answerOffer(act, id) {
    const done = await this.ask(async () => ((await act(id)), true));
    if (done || this.desk.live.state === "online") this.desk.offers.delete(id);
    this.desk.draw();
    return done;
  }

  async join(id) {
    if (await this.#answerInvitation(api.join, id)) this.desk.open(id);
  }

  notJoin(id) {
    return this.#answerInvitation(api.notJoin, id);
  }

  leave() {
    return this.ask(() => api.leave(this.desk.current));
  }

  /** Whoever has no room may still come later. */
  async #answerInvitation(act, id) {
    const done = await this.ask(async () => ((await act(id)), true));
    if (done) this.desk.invited.delete(id);
    this.desk.draw();
    return done;
  }

  assign(member) {
    return this.#change((id) => api.assign(id, member));
  }

  async resolve() {
    const id = this.desk.current;
    if (await this.#change(api.resolve)) this.desk.toasts.show(this.desk.say("resolved_now"), { label: this.desk.say("undo"), act: () => this.#change(api.reopen, id) });
  }

  reopen() {
    return this.#change(api.reopen);
  }

  /** Show one contact as another; what that changes is told by the log. */
  async merge(contact, into) {
    const done = await this.ask(() => api.merge(contact, into));
    if (done) this.desk.toasts.show(this.desk.say("merged_now"), { label: this.desk.say("undo"), act: () => this.unmerge(contact) });
  }

  unmerge(contact) {
    return this.ask(() => api.unmerge(contact));
  }

  /** Take nothing from a contact any more, or take it again. */
  async block(contact, to = true) {
    const done = await this.ask(() => (to ? api.block(contact) : api.unblock(contact)));
    if (done && to) this.desk.toasts.show(this.desk.say("blocked_now"), { label: this.desk.say("undo"), act: () => this.block(contact, false) });
  }

  notSame(contact, other) {
    return this.ask(() => api.notSame(contact, other));
  }

  verifyIdentity(contact, identity) {
    return this.ask(() => api.verify(contact, identity));
  }

  /** Erase a row's contact; answer null, or why not. What is gone then is told by the log, here as everywhere. */
  async erase(row) {
    try {
      await api.erase(row.contact.id);
      this.desk.toasts.show(this.desk.say("erased_now"));
      return null;
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.status === 401) return signIn();
      return error.status === 0 ? this.desk.say("offline") : (error.detail ?? this.desk.say("not_done"));
    }
  }

  async #change(act, id = this.desk.current) {
    const found = await this.ask(() => act(id));
    if (found) this.desk.rows = merged(found, this.desk.rows);
    this.desk.draw();
    return found;
  }

  async ask(act) {
    try {
      return await act();
    } catch (error) {
      this.refused(error);
      return null;
    }
  }

  refused(error, { silent = false } = {}) {
    if (error.status === undefined) throw error;
    if (error.status === 401) return signIn();
    if (!silent) this.desk.toasts.show(error.status === 0 ? this.desk.say("offline") : (error.detail ?? this.desk.say("not_done")), { bad: true });
  }

  setPresence(state, reason) {
    return this.ask(() => this.desk.presence.choose(state, reason));
  }

  setPresenceOf(member, state) {
    return this.ask(() => api.chooseFor(member, { state }));
  }

  speakOther() {
    const form = document.getElementById("language");
    form.elements.next.value = `/${location.hash}`;
    form.submit();
  }

  switchTo(company) {
    const form = document.getElementById("switch-to");
    form.elements.tenant.value = company.id;
    form.submit();
  }

  signOut() {
    document.getElementById("sign-out").submit();
  }
}
