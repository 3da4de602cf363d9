// Live protocol v1, browser side: one socket, resume, order, healing, and the pump of the outbox.
// Knows neither page nor DOM; what an event means is in thread.js and conversation.js.

const PING_MS = 20_000;
const PONG_MS = 8_000;
const WELCOME_MS = 10_000;
const ACK_MS = 15_000;
const BACKOFF_MS = [400, 30_000];
const TRY_AGAIN = new Set(["unavailable", "too_fast", "busy"]);

/** Thrown by `getTicket` when trying again cannot help (signed out, inbox gone). */
export class Final extends Error {}

export const liveUrl = (at = location) => `${at.protocol === "https:" ? "wss" : "ws"}://${at.host}/live/v1`;

export class Live {
  #socket = null;
  #resume = null;
  #usedResume = false;
  #attempt = 0;
  #retryAfter = null;
  #timers = {};
  #topics = new Map();
  #flying = new Map();
  #opening = false;
  #turn = 0;
  #stopped = true;
  state = "offline";

  /**
   * getTicket: () => Promise<string>; outbox: Outbox; on: (name, detail) => void with the names
   * state, welcome, typing, presences, presence, refused, final.
   */
  constructor({ url, getTicket, outbox, on = () => {} }) {
    Object.assign(this, { url, getTicket, outbox, on });
    addEventListener("online", () => this.wake());
    addEventListener("offline", () => this.#ping());
    addEventListener("pagehide", () => this.#socket?.close(1000));
    addEventListener("pageshow", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  start() {
    this.#stopped = false;
    this.#open();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timers.retry);
    this.#socket?.close(1000);
    this.#set("offline");
  }

  /** Whoever was here is gone: nothing of them opens the connection again. */
  leave() {
    this.#turn += 1;
    this.#attempt = 0;
    this.#resume = null;
    this.stop();
    if (this.#socket) this.#drop(this.#socket);
  }

  /** Somebody else is here now: come in anew. */
  renew() {
    this.leave();
    this.start();
  }

  /** Something suggests that the network is back, or may be gone: try now, or ask. */
  wake() {
    if (this.#stopped) return;
    if (this.#socket) this.#ping();
    else this.#open();
  }

  /** `after`: the last seq (desk: position) seen. `onEvent(frame)` gets each event once, in order. */
  subscribe(topic, { after = 0, onEvent, onGap = () => {}, onReady = () => {} }) {
    const sub = { topic, last: after, head: Infinity, onEvent, onGap, onReady, healing: false };
    this.#topics.set(topic, sub);
    this.#ask(sub);
    return () => {
      if (this.#topics.get(topic) !== sub) return;
      this.#topics.delete(topic);
      this.tell({ type: "unsubscribe", topic });
    };
  }

  /** Send a frame that may be lost (typing, presence, read): false when offline. */
  tell(frame) {
    if (this.state !== "online") return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /**
   * One message in flight a conversation, so that what was written first arrives first, and none before its history is
   * here: what was sent under another name, before the visitor signed in, is found in it.
   */
  pump() {
    if (this.state !== "online") return;
    const busy = new Set(this.#flying.values());
    for (const { id, conversation, text, reply_to, state } of this.outbox.entries()) {
      if (!conversation || busy.has(conversation)) continue;
      const sub = this.#topics.get(`conversation:${conversation}`);
      if (sub && sub.last < sub.head) continue;
      if (state !== "unsent") continue;
      busy.add(conversation);
      this.#flying.set(id, conversation);
      this.tell({ type: "send", id, conversation, text, files: [], reply_to });
      setTimeout(() => this.#land(id), ACK_MS);
    }
  }

  async #open() {
    if (this.#socket || this.#opening || this.#stopped) return;
    clearTimeout(this.#timers.retry);
    this.#opening = true;
    this.#set("connecting");
    this.#usedResume = Boolean(this.#resume);
    const turn = this.#turn;
    try {
      const hello = this.#resume ? { resume: this.#resume } : { ticket: await this.getTicket() };
      if (turn === this.#turn && !this.#stopped) this.#dial(hello);
    } catch (error) {
      if (turn !== this.#turn) return;
      if (error instanceof Final) this.#end(error);
      else this.#later();
    } finally {
      this.#opening = false;
      if (turn !== this.#turn) this.#open();
    }
  }

  #dial(hello) {
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    this.#timers.welcome = setTimeout(() => this.#drop(socket), WELCOME_MS);
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ...hello }));
    socket.onmessage = ({ data }) => socket === this.#socket && this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
  }

  /** A socket that answers no more may never fire `close`: leave it behind. */
  #drop(socket) {
    if (socket !== this.#socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
    this.#closed(1006);
  }

  #closed(code) {
    this.#socket = null;
    this.#flying.clear();
    for (const name of ["welcome", "ping", "pong", "calm"]) clearTimeout(this.#timers[name]);
    if (code === 4001) this.#resume = null;
    if (code === 4003) return this.#end(new Final("not_allowed"));
    if (this.#stopped) return this.#set("offline");
    if (code === 4001 && this.#usedResume) return this.#open();
    this.#later();
  }

  #later() {
    this.#set("offline");
    const [least, most] = BACKOFF_MS;
    const wait = this.#retryAfter ?? Math.min(most, least * 2 ** this.#attempt++);
    this.#retryAfter = null;
    clearTimeout(this.#timers.retry);
    this.#timers.retry = setTimeout(() => this.#open(), wait * (0.6 + Math.random() * 0.4));
  }

  #end(error) {
    this.#stopped = true;
    this.#set("offline");
    this.on("final", error);
  }

  #set(state) {
    if (state === this.state) return;
    this.state = state;
    this.on("state", state);
  }

  #ping() {
    if (!this.tell({ type: "ping" })) return;
    const socket = this.#socket;
    clearTimeout(this.#timers.pong);
    this.#timers.pong = setTimeout(() => this.#drop(socket), PONG_MS);
  }

  #take(frame) {
    clearTimeout(this.#timers.pong);
    clearTimeout(this.#timers.ping);
    this.#timers.ping = setTimeout(() => this.#ping(), PING_MS);
    this[`_${frame.type}`]?.(frame);
  }

  _welcome(frame) {
    clearTimeout(this.#timers.welcome);
    this.#timers.calm = setTimeout(() => (this.#attempt = 0), 3_000);
    this.#resume = frame.resume ?? null;
    this.#set("online");
    this.on("welcome", frame);
    this.#topics.forEach((sub) => this.#ask(sub));
    this.pump();
  }

  #ask(sub) {
    sub.healing = true;
    sub.head = Infinity;
    const { topic, last } = sub;
    this.tell(last === null ? { type: "subscribe", topic } : { type: "subscribe", topic, after: last });
  }

  _subscribed({ topic, head }) {
    const sub = this.#topics.get(topic);
    if (!sub) return;
    sub.healing = false;
    sub.last ??= head;
    sub.head = head;
    sub.onReady(head);
    this.pump();
  }

  _event(frame) {
    this.#land(frame.id);
    this.outbox.seen(frame.id);
    const sub = this.#topics.get(frame.topic);
    if (!sub) return;
    const desk = frame.topic === "desk"; // filtered by permission, hence not dense
    const at = desk ? frame.position : frame.seq;
    if (at <= sub.last) return;
    if (!desk && at > sub.last + 1) return sub.healing || this.#ask(sub);
    sub.last = at;
    sub.onEvent(frame);
    if (at === sub.head) this.pump();
  }

  _mark({ position }) {
    this.#reached("desk", position);
  }

  _gap(frame) {
    const sub = this.#topics.get(frame.topic);
    if (!sub) return;
    sub.last = Math.max(sub.last, frame.to);
    sub.onGap(frame);
    this.pump();
  }

  /** An event may still be on its way behind the pong: judge two seconds later. */
  _pong({ heads = {} }) {
    setTimeout(() => {
      for (const [topic, head] of Object.entries(heads)) {
        const sub = this.#topics.get(topic);
        if (sub && head > sub.last && !sub.healing) this.#ask(sub);
      }
    }, 2_000);
  }

  _ack({ id, seq, at }) {
    this.outbox.acked(id, { seq, at });
    this.#land(id);
  }

  _error(frame) {
    const { id, code, topic } = frame;
    const sub = topic && this.#topics.get(topic);
    if (sub) Object.assign(sub, { healing: false, head: 0 });
    if (sub && TRY_AGAIN.has(code)) setTimeout(() => this.#topics.get(topic) === sub && this.#ask(sub), 1_000);
    if (id && TRY_AGAIN.has(code)) setTimeout(() => this.#land(id), 1_000);
    else if (id) {
      this.outbox.failed(id, code);
      this.#land(id);
    }
    this.on("refused", frame);
  }

  _typing(frame) {
    this.on("typing", frame);
  }

  _presences(frame) {
    this.#reached("presence", frame.position);
    this.on("presences", frame);
  }

  _presence(frame) {
    this.#reached("presence", frame.position);
    this.on("presence", frame);
  }

  /** A topic that is told as states, not as events, is as far as the last of them. */
  #reached(topic, position) {
    const sub = this.#topics.get(topic);
    if (sub && position > sub.last) sub.last = position;
  }

  _closing({ retry_after_ms }) {
    this.#retryAfter = retry_after_ms ?? 0;
  }

  #land(id) {
    if (this.#flying.delete(id)) this.pump();
  }
}
