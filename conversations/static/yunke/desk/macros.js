// What colleagues do with one choice: the company's macros, in the palette, each with what it will do.

import { api } from "./api.js";

const FRESH_MS = 60_000;

export class Macros {
  #known = [];
  #at = -FRESH_MS;

  constructor(desk) {
    this.desk = desk;
  }

  /** Show them for the conversation that is open; what was not answered is asked for again. */
  async show() {
    if (performance.now() - this.#at > FRESH_MS) {
      const found = await this.desk.acts.ask(() => api.definitions("macro"));
      if (!found) return;
      this.#known = found.filter(({ body }) => body?.about === "conversation");
      this.#at = performance.now();
    }
    if (this.#known.length) this.desk.palette.show("macro");
    else this.desk.toasts.show(this.desk.say("no_macros"));
  }

  /** What the palette offers: the name, and the steps in words. */
  offers() {
    const { desk } = this;
    const steps = (body) => body.actions.map((action) => desk.say(`do_${action.do}`)).join(" · ");
    return this.#known.map(({ key, body }) => ({ id: `macro-${key}`, label: body.name, more: body.description || steps(body), run: () => this.#apply(key, body.name) }));
  }

  async #apply(key, name) {
    const { desk } = this;
    if (await desk.acts.ask(() => api.applyMacro(desk.current, key))) desk.toasts.show(desk.say("macro_done", { name }));
  }
}
