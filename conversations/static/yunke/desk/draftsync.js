// Drafts on the server: what is written here is kept there soon after, and what was written on another device comes here.
// What this device has and could not tell yet is never lost: it is told again, and wins by a higher version.

import { api } from "./api.js";

const SOON_MS = 800;
const KINDS = ["answer", "note"];

export class DraftSync {
  #timers = new Map();

  /** `onChange(id)` when a draft came from the server. */
  constructor({ drafts, may, onChange }) {
    Object.assign(this, { drafts, may, onChange });
    drafts.onPut = (id, kind) => this.#later(id, kind);
    addEventListener("pagehide", () => this.#flush());
    document.addEventListener("visibilitychange", () => document.hidden && this.#flush());
  }

  /** Take in whatever was being written elsewhere; what was not told yet is told. */
  async load() {
    const found = await api.drafts().catch(() => []);
    for (const draft of found) this.#take(draft);
    for (const [id, kind] of this.drafts.untold()) this.#later(id, kind);
  }

  /** Look what another device has written in a conversation. */
  async look(id) {
    for (const kind of KINDS) {
      if (!this.may(kind) || this.#timers.has(`${id}.${kind}`)) continue;
      const draft = await api.draft(id, kind).catch(() => null);
      if (draft) this.#take(draft);
    }
  }

  /** Newer than what is here, and nothing here waits to be told: it is what holds. */
  #take({ conversation: id, kind, text, reply_to, version }) {
    const known = this.drafts.version(id, kind);
    if (known.told && version > known.version) {
      this.drafts.accept(id, kind, { text, reply_to, version });
      this.onChange(id);
    }
  }

  #later(id, kind) {
    const key = `${id}.${kind}`;
    clearTimeout(this.#timers.get(key)?.timer);
    this.#timers.set(key, { id, kind, timer: setTimeout(() => this.#tell(id, kind), SOON_MS) });
  }

  #flush() {
    for (const { id, kind, timer } of [...this.#timers.values()]) (clearTimeout(timer), this.#tell(id, kind));
  }

  /** What was written last wins: here, if something newer than it knew of is kept there. */
  async #tell(id, kind) {
    this.#timers.delete(`${id}.${kind}`);
    const { version } = this.drafts.version(id, kind);
    const written = { text: this.drafts.get(id, kind), reply_to: (kind === "answer" && this.drafts.quoted(id)) || null };
    const kept = await api.keepDraft(id, kind, { ...written, version: version + 1 }).catch(({ status }) => (status >= 400 && status < 500 ? written : null));
    if (!kept) return void setTimeout(() => this.#timers.has(`${id}.${kind}`) || this.#later(id, kind), 5_000);
    const isSame = this.drafts.get(id, kind) === written.text;
    const won = kept.version === undefined || (kept.version === version + 1 && kept.text === written.text);
    this.drafts.told(id, kind, kept.version ?? version + 1, won && isSame);
    if (!won || !isSame) this.#later(id, kind);
  }
}
