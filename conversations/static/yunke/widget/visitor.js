// Who the visitor is: a token kept by this frame (never in an address), a conversation, tickets.
// The only place of the widget that speaks HTTP.

import { Final } from "../live.js";

export class Visitor {
  #token;
  #entered = false;
  conversation = null;

  constructor({ inbox, shelf }) {
    Object.assign(this, { inbox, shelf });
    this.#token = shelf.get("token");
  }

  get known() {
    return this.#token !== null;
  }

  /** Come back, or arrive for the first time. Does nothing when that is done. */
  async enter() {
    if (this.#entered) return;
    const found = await this.#post("/api/v1/visitors", { inbox: this.inbox });
    if (found.token) this.#keep(found.token);
    this.conversation = found.conversation;
    this.#entered = true;
  }

  /** Start a conversation, or go on with the latest. */
  async converse() {
    this.conversation ??= (await this.#post("/api/v1/visitors/conversation", {})).id;
    return this.conversation;
  }

  async ticket() {
    return (await this.#post("/api/v1/live-tickets", {})).ticket;
  }

  #keep(token) {
    this.#token = token;
    if (token === null) this.shelf.remove("token");
    else this.shelf.set("token", token);
  }

  /** A member may be signed in on the same host: their cookie must never speak for a visitor. */
  async #post(path, body) {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    if (this.#token) headers.Authorization = `Visitor ${this.#token}`;
    const answer = await fetch(path, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(10_000),
    });
    if (answer.ok) return answer.json();
    if (answer.status === 401 && this.#token) {
      this.#keep(null); // forgotten or withdrawn: arrive anew at the next try
      this.#entered = false;
      this.conversation = null;
    } else if ([403, 404].includes(answer.status)) throw new Final(String(answer.status));
    throw new Error(`${path}: ${answer.status}`);
  }
}
