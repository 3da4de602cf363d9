// Messages written here that the server has not confirmed, kept in an injected store until it has.
// Knows no socket: live.js sends them, the page shows them.

/** A store of one kind of things in localStorage; in `spare` (a Map) where the browser denies storage. */
export class Shelf {
  durable = true;

  constructor(prefix, spare = new Map()) {
    Object.assign(this, { prefix, spare });
    this.get("probe");
  }

  #try(act, otherwise) {
    if (!this.durable) return otherwise();
    try {
      return act(localStorage);
    } catch {
      this.durable = false; // denied or full: go on in memory
      return otherwise();
    }
  }

  get(key) {
    const text = this.#try((s) => s.getItem(this.prefix + key), () => this.spare.get(this.prefix + key) ?? null);
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  set(key, value) {
    const text = JSON.stringify(value);
    this.#try((s) => s.setItem(this.prefix + key, text), () => this.spare.set(this.prefix + key, text));
  }

  remove(key) {
    this.#try((s) => s.removeItem(this.prefix + key), () => this.spare.delete(this.prefix + key));
  }

  keys() {
    const all = this.#try((s) => Object.keys(s), () => [...this.spare.keys()]);
    return all.filter((key) => key.startsWith(this.prefix)).map((key) => key.slice(this.prefix.length));
  }
}

/** A random UUID; crypto.randomUUID is missing where a page came over plain HTTP. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export class Outbox {
  #entries = new Map();

  /** One key an entry, so that two tabs never overwrite each other. `onChange()` after every change. */
  constructor({ shelf, onChange = () => {} }) {
    Object.assign(this, { shelf, onChange });
    const kept = shelf.keys().map((key) => shelf.get(key)).filter((entry) => entry?.id && entry.text);
    for (const entry of kept.sort((a, b) => a.at - b.at)) this.#entries.set(entry.id, entry);
  }

  entries() {
    return [...this.#entries.values()];
  }

  of(conversation) {
    return this.entries().filter((entry) => entry.conversation === conversation);
  }

  /** `reply_to`: the seq of the message that it answers, if any. */
  add({ conversation, text, reply_to }) {
    const entry = { id: newId(), conversation, text, reply_to, at: Date.now(), state: "unsent", code: null };
    this.#put(entry);
    return entry;
  }

  /** The conversation that entries written before there was one belong to. */
  adopt(conversation) {
    for (const entry of this.entries()) if (!entry.conversation) this.#put({ ...entry, conversation });
  }

  acked(id, { seq }) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.shelf.remove(id);
    this.#entries.set(id, { ...entry, state: "sent", seq }); // shown until its event comes
    this.onChange();
  }

  failed(id, code) {
    const entry = this.#entries.get(id);
    if (entry && entry.state === "unsent") this.#put({ ...entry, state: "failed", code });
  }

  /** Its event is here: the log shows it from now on. */
  seen(id) {
    if (id && this.#entries.has(id)) this.discard(id);
  }

  /** Send a failed one again; a new id, because the old one may be taken. */
  retry(id) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.discard(id);
    this.add(entry);
  }

  discard(id) {
    this.#entries.delete(id);
    this.shelf.remove(id);
    this.onChange();
  }

  #put(entry) {
    this.#entries.set(entry.id, entry);
    this.shelf.set(entry.id, entry);
    this.onChange();
  }
}
