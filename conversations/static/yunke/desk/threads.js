// The conversations that were opened: their states, and the two live topics of the one in view.
// A state stays when another is opened, so that coming back shows it at once and asks only for what is new.

import { apply, applyGap, emptyThread } from "../conversation.js";

const KEPT = 40;

export class Threads {
  #states = new Map();
  #leave = [];
  #arrived = [];

  /** `onChange(id, events)` after events of the open conversation were taken in. */
  constructor({ live, onChange }) {
    Object.assign(this, { live, onChange });
  }

  get(id) {
    return this.#states.get(id) ?? emptyThread();
  }

  open(id) {
    this.#leave.forEach((leave) => leave());
    this.#leave = [];
    this.#takeIn();
    if (id === null) return;
    const state = this.get(id);
    this.#states.delete(id); // the Map's order is the order of use
    this.#states.set(id, state);
    if (this.#states.size > KEPT) this.#states.delete(this.#states.keys().next().value);
    this.#leave = [this.#follow(id, `conversation:${id}`, state.publicSeq), this.#follow(id, `staff:${id}`, state.staffSeq)];
  }

  #follow(id, topic, after) {
    const onGap = (gap) => {
      this.#states.set(id, applyGap(gap, this.get(id)));
      this.onChange(id, []);
    };
    return this.live.subscribe(topic, { after, onGap, onEvent: (event) => this.#later(id, event) });
  }

  /** A replay brings many at once: take them in together. */
  #later(id, event) {
    this.#arrived.push([id, event]);
    if (this.#arrived.length === 1) setTimeout(() => this.#takeIn(), 16);
  }

  #takeIn() {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const id of new Set(arrived.map(([each]) => each))) {
      const events = arrived.filter(([each]) => each === id).map(([, event]) => event);
      this.#states.set(id, apply(events, this.get(id)));
      this.onChange(id, events);
    }
  }
}
