// Who the visitor is: a token (never in an address), a conversation, tickets. An anonymous visitor's token is kept by this
// frame; a vouched one's is not, because the site vouches again. The only place of the widget that speaks HTTP.

import { Final } from "../live.js";
import { language } from "../words.js";

const HOPELESS = new Set(["vouching_required", "identity_invalid", "contact_blocked"]);

export class Visitor {
  #token;
  entered = false;
  #turn = 0;
  vouched = false;
  queued = false;
  conversation = null;
  conversations = [];

  constructor({ inbox, shelf, site }) {
    Object.assign(this, { inbox, shelf, site });
    this.#token = shelf.get("token");
  }

  get known() {
    return this.#token !== null || this.site.vouched;
  }

  /** Come back, or arrive for the first time. Does nothing when that is done. */
  async enter() {
    const turn = this.#turn;
    if (this.entered) return;
    const identity = await this.site.identity();
    await this.#look(turn, identity && { identity });
    this.entered = true;
  }

  /** Look what has been started meanwhile, in another browser perhaps. */
  async look() {
    if (this.entered) await this.#look(this.#turn);
  }

  /** Somebody has signed in on the site: the next time, be that person. What was said before is theirs. */
  again() {
    this.#turn += 1;
    this.entered = false;
  }

  /** Somebody has signed out on the site: be nobody, and leave nothing behind. */
  forget() {
    if (this.#token) this.ask("DELETE", "/api/v1/visitors/current").catch(() => {});
    this.again();
    this.#keep(null);
    Object.assign(this, { vouched: false, conversation: null, conversations: [] });
  }

  /** Start a conversation with what the form asks, or go on with the latest; answer what is wrong with it. */
  async converse(answers) {
    const turn = this.#turn;
    const { id, errors } = await this.#post("/api/v1/visitors/conversation", { language, answers });
    if (turn !== this.#turn) throw new Error("somebody else by now");
    if (errors) return errors;
    this.conversation = id;
    if (!this.conversations.includes(id)) this.conversations.push(id);
  }

  /** How it stands with whoever waits: place, estimated wait, hours; null where nobody can tell now. */
  async wait() {
    const answer = await this.ask("GET", "/api/v1/visitors/queue").catch(() => null);
    const told = answer?.ok ? await answer.json() : null;
    return told?.waiting ? told : null;
  }

  async ticket() {
    return (await this.#post("/api/v1/live-tickets", {})).ticket;
  }

  async #look(turn, more) {
    const found = await this.#post("/api/v1/visitors", { inbox: this.inbox, ...more });
    if (turn !== this.#turn) throw new Error("somebody else by now");
    const { vouched, conversation, conversations } = found;
    Object.assign(this, { vouched, conversation, conversations, queued: found.inbox.queued, window: found.inbox.edit_window_s });
    if (found.token) this.#keep(found.token);
  }

  #keep(token) {
    this.#token = token;
    if (token === null || this.vouched) this.shelf.remove("token");
    else this.shelf.set("token", token);
  }

  /** Ask as this visitor. A member may be signed in on the same host: their cookie must never speak for a visitor. */
  ask(method, path, body) {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    if (this.#token) headers.Authorization = `Visitor ${this.#token}`;
    const more = { credentials: "omit", cache: "no-store", keepalive: true, signal: AbortSignal.timeout(10_000) };
    return fetch(path, { method, headers, body: body && JSON.stringify(body), ...more });
  }

  async #post(path, body) {
    const token = this.#token;
    const answer = await this.ask("POST", path, body);
    if (answer.ok || (answer.status === 422 && body.answers)) return answer.json();
    const { code } = await answer.json().catch(() => ({}));
    if (HOPELESS.has(code)) throw new Final(code);
    if (answer.status === 401 && code !== "identity_expired" && token && token === this.#token) {
      this.#keep(null); // forgotten or withdrawn: arrive anew at the next try
      this.entered = false;
      this.conversation = null;
    } else if ([403, 404].includes(answer.status)) throw new Final(String(answer.status));
    throw new Error(`${path}: ${answer.status}`);
  }
}
