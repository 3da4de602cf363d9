// The site around the frame: one private port handed over by the loader, so that nothing is ever sent to
// an origin that was guessed. Opened on its own (no parent), the page is always open.

const MEET_MS = 3_000;

/** A Map that the loader keeps in the storage of its own site: third-party frames are often denied theirs. */
class Lent extends Map {
  keep = () => {};

  set(key, value) {
    super.set(key, value);
    this.keep?.(); // the constructor of Map calls this as well
    return this;
  }

  delete(key) {
    const had = super.delete(key);
    this.keep();
    return had;
  }
}

export class Site {
  #port = null;
  #last = new Map();
  #meet;
  #met = new Promise((resolve) => (this.#meet = resolve));
  open = window.parent === window;
  /** Called when the visitor opens or closes the frame. */
  onChange = () => {};

  /** Must be made before the page's load event, at which the loader hands over the port. */
  constructor() {
    this.alone = this.open;
    addEventListener("message", (event) => {
      if (event.source !== window.parent || event.data?.yunke !== "hello" || !event.ports[0]) return;
      this.#port = event.ports[0];
      this.#port.onmessage = ({ data }) => {
        this.open = data.type === "opened";
        this.onChange();
      };
      this.#meet(Object.entries(event.data.kept ?? {}));
      this.#last.forEach((message) => this.#port.postMessage(message));
    });
  }

  /** Where to keep things if this frame has no storage: what the site kept last time is in it. */
  async spare() {
    if (this.alone || storageWorks()) return new Map();
    const late = new Promise((resolve) => setTimeout(resolve, MEET_MS, []));
    const lent = new Lent(await Promise.race([this.#met, late]));
    lent.keep = () => this.tell({ type: "keep", kept: Object.fromEntries(lent) });
    return lent;
  }

  tell(message) {
    this.#last.set(message.type, message);
    this.#port?.postMessage(message);
  }

  close() {
    this.#port?.postMessage({ type: "close" });
  }
}

function storageWorks() {
  try {
    return Boolean(localStorage);
  } catch {
    return false;
  }
}

/** Black or white, whichever reads better on `color` (#rrggbb). */
export function inkOn(color) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
  const line = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * line(r) + 0.7152 * line(g) + 0.0722 * line(b) > 0.3 ? "#10201c" : "#ffffff";
}
