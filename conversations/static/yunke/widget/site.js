// The site around the frame: one private port handed over by the loader, so that nothing is ever sent to
// an origin that was guessed. Opened on its own (no parent), the page is always open.

const MEET_MS = 3_000;
const WHO_MS = 10_000;

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
  #told = () => {};
  #missed = false;
  open = window.parent === window;
  /** Somebody is signed in on the site, who vouches for them. */
  vouched = false;
  /** Called when the visitor opens or closes the frame, signs in on the site, or signs out. */
  onChange = () => {};
  onIdentify = () => {};
  onForget = () => {};

  /** Must be made before the page's load event, at which the loader hands over the port. */
  constructor() {
    this.alone = this.open;
    if (this.alone) this.#meet([]);
    addEventListener("message", (event) => {
      if (event.source !== window.parent || event.data?.yunke !== "hello" || !event.ports[0]) return;
      const { kept, vouched } = event.data;
      this.#port = event.ports[0];
      this.#port.onmessage = ({ data }) => this.#hear(data);
      this.vouched = vouched;
      if (kept?.forget) this.#forget();
      this.#meet(kept?.forget ? [] : Object.entries(kept ?? {}));
      this.#last.forEach((message) => this.#port.postMessage(message));
      if (vouched && this.#missed) this.onIdentify(); // the site was slower than we could wait
    });
  }

  #hear({ type, token }) {
    if (type === "identity") this.#told(token);
    if (type === "forget") this.#forget();
    if (type === "identify") {
      this.vouched = true;
      this.onIdentify();
    }
    if (type !== "opened" && type !== "closed") return;
    this.open = type === "opened";
    this.onChange();
  }

  #forget() {
    this.vouched = false;
    this.forgotten = true;
    this.tell({ type: "keep", kept: {} });
    this.onForget();
  }

  /** The loader has handed over the port, or there is none to wait for. */
  met() {
    return Promise.race([this.#met, new Promise((resolve) => setTimeout(resolve, MEET_MS, []))]);
  }

  /** Where to keep things if this frame has no storage: what the site kept last time is in it. */
  async spare() {
    if (this.alone || storageWorks()) return new Map();
    const lent = new Lent(await this.met());
    lent.keep = () => this.tell({ type: "keep", kept: Object.fromEntries(lent) });
    return lent;
  }

  /** A fresh identity token of who is signed in on the site; none where nobody is. */
  async identity() {
    await this.met();
    this.#missed = !this.vouched;
    if (this.#missed) return undefined;
    const answer = new Promise((resolve) => (this.#told = resolve));
    this.#port.postMessage({ type: "who" });
    const token = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, WHO_MS))]);
    if (!token && this.vouched) throw new Error("the site did not say who is signed in");
    return token;
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
