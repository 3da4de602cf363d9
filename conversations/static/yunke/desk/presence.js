// Who is in what state: one's own and the colleagues', as the live connection tells it. The menu is in statemenu.js.

import { language } from "../words.js";
import { api } from "./api.js";

export const STATES = ["online", "busy", "away", "wrap_up", "offline"];

/** The reasons that a company has defined, in the page's language. */
async function loadReasons() {
  try {
    return (await api.reasons()).results
      .filter(({ state }) => state === "published")
      .map(({ key, body }) => ({ key, name: body.names?.[language] ?? body.name, states: body.states }));
  } catch {
    return [];
  }
}

export class Presence {
  /** member -> { state, reason, since }; whoever is not in it is offline. */
  #members = new Map();
  #coming = [];
  #own = null;
  reasons = [];

  constructor({ me, onChange }) {
    Object.assign(this, { me, onChange });
  }

  /** Who may not see what is configured chooses without reasons. */
  async load({ withReasons }) {
    const [own, reasons] = await Promise.all([api.presence().catch(() => null), withReasons ? loadReasons() : []]);
    this.reasons = reasons;
    if (own) this.#own ??= { state: own.chosen, reason: own.reason };
    this.onChange();
  }

  /** One's own state; until it is known that one is here, what one has chosen to be. */
  get own() {
    return this.#own ?? { state: "online", reason: null };
  }

  of(member) {
    return this.#members.get(member) ?? { state: "offline", reason: null, since: null };
  }

  reasonName(key) {
    return this.reasons.find((reason) => reason.key === key)?.name ?? key ?? "";
  }

  /** The snapshot, perhaps in parts. */
  takeAll({ members, more }) {
    this.#coming.push(...members);
    if (more) return;
    this.#members = new Map(this.#coming.map((row) => [row.member, row]));
    this.#coming = [];
    this.#own = this.#members.get(this.me) ?? this.#own;
    this.onChange();
  }

  take(change) {
    this.#members.set(change.member, change);
    if (change.member === this.me) this.#own = change;
    this.onChange();
  }

  /** Answers when the server has it; the change itself comes as it comes to everybody. */
  async choose(state, reason = null) {
    const { chosen, reason: why } = await api.choose({ state, reason });
    this.#own = { ...this.#own, state: chosen, reason: why };
    this.onChange();
  }
}
