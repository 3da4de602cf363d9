// Canned replies in the composer: `/` at the start opens them, as the server has filled them in for this conversation.

import { api } from "./api.js";

const FRESH_MS = 60_000;

export class Canned {
  #known = { id: null, at: 0, replies: null };
  sign = "/";

  constructor(desk) {
    this.desk = desk;
    this.label = desk.say("canned");
  }

  /** An input method for Chinese writes the slash as an enumeration comma. */
  match(before) {
    const found = /^[/、](\S*)$/.exec(before);
    return found && { from: 0, word: found[1] };
  }

  /** What was not answered is asked for again. */
  load() {
    const id = this.desk.current;
    if (this.#known.id !== id || Date.now() - this.#known.at > FRESH_MS) {
      const replies = api.canned(id).catch(() => ((this.#known.at = 0), []));
      this.#known = { id, at: Date.now(), replies };
    }
    return this.#known.replies;
  }

  write({ text }) {
    return text;
  }
}
