// The visitor's chat page: wires visitor, live connection, outbox and transcript together.

import { POSTED, apply, applyGap, emptyThread, lastFrom, unreadFrom } from "../thread.js";
import { SIGNS, h, icon } from "../nodes.js";
import { Live, liveUrl } from "../live.js";
import { Outbox, Shelf } from "../outbox.js";
import { language, speaker } from "../words.js";
import { Site, inkOn } from "./site.js";
import { Transcript } from "./transcript.js";
import { Visitor } from "./visitor.js";

const site = new Site(); // before anything is waited for
const { inbox, color } = document.body.dataset;
const say = speaker((await import(`../i18n/widget-${language}.js`)).default);
const $ = (id) => document.getElementById(id);
const [log, list, line, form, box] = ["log", "messages", "line", "form", "text"].map($);

const spare = await site.spare();
const shelf = new Shelf(`yunke.${inbox}.`, spare);
const outbox = new Outbox({ shelf: new Shelf(`yunke.out.${inbox}.`, spare), onChange: () => draw() });
const visitor = new Visitor({ inbox, shelf, site });
const asks = $("ask") ? new (await import("./asking.js")).Asking({ node: $("ask"), box, shelf }) : null;
const transcript = new Transcript({ node: list, log, form, box, say, outbox, visitor, setDraft, again: () => live.pump(), onExtras: () => draw() });
const live = new Live({ url: liveUrl(), getTicket, outbox, on: hear });

const threads = new Map(); // conversation -> { state, leave }
const RARE = /^(message\.[er]|rea)/; // edited, recalled, reactions
let arrived = [];
let marks;
let typing = null;
let gone = "";
let wait = "";
let told = { read: new Map(), typing: 0 };

/** Everything that a connection needs; live.js tries again with patience when a part of it fails. */
async function getTicket() {
  await visitor.enter();
  await ensureConversation();
  return visitor.ticket();
}

/** The first message and the answers begin a conversation together; what is refused goes back to where it was typed. */
async function ensureConversation() {
  const first = () => outbox.entries().filter(({ conversation }) => !conversation);
  const wrong = first().length && !visitor.conversation && (await visitor.converse(asks?.answers ?? {}));
  if (wrong) {
    setDraft([...first().map(({ text }) => text), box.value].filter(Boolean).join("\n"));
    first().forEach(({ id }) => outbox.discard(id));
    if (!asks?.refuse(wrong)) location.reload(); // it asks something else by now; what was typed is kept
  }
  follow();
}

const topicOf = (id) => `conversation:${id}`;

/** Listen to all conversations of the visitor, and to no other any more. */
function follow() {
  if (visitor.conversation) (outbox.adopt(visitor.conversation), asks?.clear());
  const ids = new Set(visitor.conversations);
  for (const [id, { leave }] of threads) if (!ids.has(id)) (leave(), threads.delete(id));
  for (const id of ids) if (!threads.has(id)) listen(id);
}

function listen(id) {
  const thread = { state: emptyThread() };
  threads.set(id, thread);
  const onGap = (gap) => ((thread.state = applyGap(gap, thread.state)), draw());
  thread.leave = live.subscribe(topicOf(id), { onEvent: later, onGap });
}

/** A replay brings many events at once: draw them together. */
function later(event) {
  arrived.push(event);
  if (arrived.length === 1) setTimeout(takeIn, 16);
}

async function takeIn() {
  if (!marks && arrived.some(({ kind }) => RARE.test(kind))) {
    marks = await import("../amends.js").then(({ AMENDS }) => AMENDS, () => null);
    if (!marks) return setTimeout(takeIn, 2_000);
  }
  const events = arrived;
  arrived = [];
  if (events.some((event) => event.body.author === "member")) showTyping(null);
  for (const [id, thread] of threads) thread.state = apply(events.filter(({ topic }) => topic === topicOf(id)), thread.state, marks);
  if (events.some(({ kind }) => kind === POSTED)) setTimeout(lookAtWait, 500); // once it is queued
  const open = everything().filter(({ kind, thread }) => kind === POSTED && threads.get(thread).state.status === "open");
  if (open.length) visitor.conversation = open.at(-1).thread; // answers go where somebody spoke last
  draw();
}

/** What was said in all conversations, in the order of time. */
const everything = () =>
  [...threads]
    .flatMap(([thread, { state }]) => state.items.map((it) => ({ ...it, key: thread + it.key, thread })))
    .sort((a, b) => ((a.at ?? "") < (b.at ?? "") ? -1 : 1));

function hear(name, detail) {
  if (name === "final") gone = detail.message === "vouching_required" ? "sign_in" : "gone";
  if (name === "typing" && detail.who.kind === "member") showTyping(detail.who.name);
  if (name === "welcome") {
    catchUp();
    startTalking(); // what was written while the connection opened
  }
  draw();
}

/** Somebody who is signed in may have written from another browser meanwhile. */
async function catchUp() {
  if (!visitor.vouched) return;
  await visitor.look().catch(() => {});
  follow();
}

let typingEnds;
function showTyping(name) {
  typing = name;
  clearTimeout(typingEnds);
  if (name) typingEnds = setTimeout(() => (showTyping(null), draw()), 6_000);
}

function draw() {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const items = everything();
  const own = items.filter(({ author }) => author === "contact").at(-1);
  const contactSeen = own && threads.get(own.thread).state.memberRead;
  transcript.draw({ state: { items, contactSeen }, entries: outbox.entries() });
  asks?.show(!visitor.conversation && (visitor.entered || !visitor.known) && !gone);
  drawLine();
  if (atEnd) log.scrollTop = log.scrollHeight;
  read();
}

const LINES = { gone: SIGNS.alert, sign_in: SIGNS.alert, offline: SIGNS.alert, resolved: SIGNS.check, typing: null, waiting: SIGNS.clock };
const WAIT_MS = 10_000;

/** Whose last word nobody has answered yet is told how long it may take. */
async function lookAtWait() {
  const last = everything().filter(({ kind }) => kind === POSTED).at(-1);
  const asks = visitor.queued && site.open && !document.hidden && last?.author === "contact";
  const told = asks && (await visitor.wait());
  wait = told ? (await import("./waiting.js")).wordsOf(told, say) : "";
  draw();
}

function drawLine() {
  const waits = visitor.known || outbox.entries().length > 0;
  const offline = waits && slow && live.state !== "online";
  const resolved = threads.get(visitor.conversation)?.state.status === "resolved";
  const waiting = resolved ? "" : wait;
  const words = gone || (offline ? "offline" : typing ? "typing" : resolved ? "resolved" : waiting ? "waiting" : "");
  const key = words + (typing ?? "") + waiting;
  if (line.dataset.key === key) return;
  line.dataset.key = key;
  line.dataset.state = words;
  line.replaceChildren(...(words ? lineOf(words) : []));
}

const lineOf = (words) => [
  words === "typing" ? h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")) : icon(LINES[words]),
  h("span", {}, words === "waiting" ? wait : say(words, { name: typing ?? "" })),
];

/** The first moment of connecting is not news. */
let slow = false;
setTimeout(() => ((slow = true), draw()), 2_500);

function read() {
  const watched = site.open && !document.hidden;
  let count = 0;
  for (const [conversation, { state }] of threads) {
    const seq = lastFrom("member", state);
    const seen = () => Math.max(state.contactRead, told.read.get(conversation) ?? 0);
    if (watched && seq > seen() && live.tell({ type: "read", conversation, seq })) told.read.set(conversation, seq);
    if (!watched) count += unreadFrom("member", seen(), state);
  }
  site.tell({ type: "unread", count });
}

form.onsubmit = (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text || gone) return;
  const { conversation } = visitor;
  const more = transcript.extras?.take(text, conversation) ?? {};
  setDraft("");
  if (more.done) return;
  outbox.add({ conversation, text, ...more });
  if (live.state !== "online") live.start();
  else if (visitor.conversation) live.pump();
  else startTalking();
  draw();
  log.scrollTop = log.scrollHeight;
  box.focus();
};

/** Online, but perhaps without a conversation for what was written. */
async function startTalking() {
  try {
    await ensureConversation();
    live.pump();
  } catch {
    setTimeout(startTalking, 2_000);
  }
}

box.onkeydown = (event) => {
  const composing = event.isComposing || event.keyCode === 229; // an input method owns this Enter
  if (event.key === "Enter" && !event.shiftKey && !composing) {
    event.preventDefault();
    form.requestSubmit();
  }
};

box.oninput = () => {
  shelf.set("draft", box.value);
  grow();
  if (!box.value || !visitor.conversation || Date.now() - told.typing < 3_000) return;
  if (live.tell({ type: "typing", conversation: visitor.conversation })) told.typing = Date.now();
};

function setDraft(text) {
  box.value = text;
  shelf.set("draft", text);
  grow();
}

function grow() {
  $("send").disabled = !box.value.trim();
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 132)}px`;
}

function arrive() {
  if (matchMedia("(pointer: fine)").matches) (asks?.first ?? box).focus();
  log.scrollTop = log.scrollHeight;
}

if (/^#[0-9a-f]{6}$/i.test(color)) {
  const ink = inkOn(color);
  document.documentElement.style.setProperty("--brand", color);
  document.documentElement.style.setProperty("--brand-ink", ink);
  site.tell({ type: "look", color, ink });
}
$("close").hidden = site.alone;
$("close").onclick = () => site.close();
addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && site.close());
document.addEventListener("visibilitychange", draw);
setInterval(lookAtWait, WAIT_MS);
setDraft(shelf.get("draft") ?? "");
site.onChange = () => {
  if (site.open) (arrive(), catchUp(), lookAtWait());
  draw();
};
site.onIdentify = () => {
  gone = "";
  visitor.again();
  live.renew();
};
site.onForget = leave;
if (site.forgotten) leave();

/** Nothing of who was here stays: no word, no draft, no token. */
function leave() {
  live.leave();
  visitor.forget();
  for (const { id } of outbox.entries()) outbox.discard(id);
  setDraft("");
  asks?.clear();
  follow();
  gone = "";
  draw();
}

box.disabled = false; // until here a word or an Enter would have been lost
draw();
if (site.open) arrive();
await site.met();
if (visitor.known || outbox.entries().length) live.start();
