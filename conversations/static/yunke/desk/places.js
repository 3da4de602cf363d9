// The company's queues and teams by their keys, loaded once when something first asks for them.

import { api } from "./api.js";

export class Places {
  #names = new Map(); // "queue help" -> its name
  #asked = null;

  /** `onChange()` once they are here: names may be shown instead of keys. */
  constructor({ onChange }) {
    Object.assign(this, { onChange });
  }

  load() {
    this.#asked ??= Promise.all(["queue", "team"].map((kind) => this.#load(kind))).then(
      () => this.onChange(),
      () => (this.#asked = null),
    );
    return this.#asked;
  }

  async #load(kind) {
    for (const { key, body } of await api.definitions(kind)) if (body) this.#names.set(`${kind} ${key}`, body.name);
  }

  /** Those in force, by name: [{ kind, key, name }]. */
  all() {
    return [...this.#names].map(([id, name]) => ({ kind: id.split(" ")[0], key: id.split(" ")[1], name }));
  }

  name(kind, key) {
    this.load();
    return this.#names.get(`${kind} ${key}`) ?? key;
  }
}
