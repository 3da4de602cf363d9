// The visitor's chat page: wires visitor, live connection, outbox and transcript together.

import { apply, applyGap, emptyThread, lastFrom, unreadFrom } from "../conversation.js";
import { ICONS, h, icon } from "../dom.js";
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
const visitor = new Visitor({ inbox, shelf });
const transcript = new Transcript({ node: list, say, outbox });
const live = new Live({ url: liveUrl(), getTicket, outbox, on: hear });

let state = emptyThread();
let arrived = [];
let typing = null;
let gone = false;
let told = { read: 0, typing: 0 };

/** Everything that a connection needs; live.js tries again with patience when a part of it fails. */
async function getTicket() {
  await visitor.enter();
  await ensureConversation();
  return visitor.ticket();
}

async function ensureConversation() {
  if (outbox.entries().some(({ conversation }) => !conversation)) await visitor.converse();
  if (visitor.conversation) follow(visitor.conversation);
}

let following = null;
function follow(conversation) {
  outbox.adopt(conversation);
  if (following === conversation) return;
  following = conversation;
  state = emptyThread();
  live.subscribe(`conversation:${conversation}`, { onEvent: later, onGap: (gap) => ((state = applyGap(gap, state)), draw()) });
}

/** A replay brings many events at once: draw them together. */
function later(event) {
  arrived.push(event);
  if (arrived.length === 1) setTimeout(takeIn, 16);
}

function takeIn() {
  const events = arrived;
  arrived = [];
  if (events.some((event) => event.body.author === "member")) showTyping(null);
  state = apply(events, state);
  draw();
}

function hear(name, detail) {
  if (name === "final") gone = true;
  if (name === "typing" && detail.who.kind === "member") showTyping(detail.who.name);
  draw();
}

let typingEnds;
function showTyping(name) {
  typing = name;
  clearTimeout(typingEnds);
  if (name) typingEnds = setTimeout(() => (showTyping(null), draw()), 6_000);
}

function draw() {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  transcript.draw({ state: { ...state, contactSeen: state.memberRead }, entries: outbox.entries() });
  drawLine();
  if (atEnd) log.scrollTop = log.scrollHeight;
  read();
}

const LINES = { gone: ICONS.alert, offline: ICONS.alert, resolved: ICONS.check, typing: null };

function drawLine() {
  const waits = visitor.known || outbox.entries().length > 0;
  const offline = waits && slow && live.state !== "online";
  const words = gone ? "gone" : offline ? "offline" : typing ? "typing" : state.status === "resolved" ? "resolved" : "";
  const key = words + (typing ?? "");
  if (line.dataset.key === key) return;
  line.dataset.key = key;
  line.dataset.state = words;
  line.replaceChildren(...(words ? lineOf(words) : []));
}

const lineOf = (words) => [
  words === "typing" ? h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")) : icon(LINES[words]),
  h("span", {}, say(words, { name: typing ?? "" })),
];

/** The first moment of connecting is not news. */
let slow = false;
setTimeout(() => ((slow = true), draw()), 2_500);

function read() {
  const seq = lastFrom("member", state);
  const watched = site.open && !document.hidden;
  if (watched && seq > Math.max(state.contactRead, told.read)) {
    if (live.tell({ type: "read", conversation: following, seq })) told.read = seq;
  }
  const count = watched ? 0 : unreadFrom("member", Math.max(state.contactRead, told.read), state);
  site.tell({ type: "unread", count });
}

form.onsubmit = (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text || gone) return;
  outbox.add({ conversation: visitor.conversation, text });
  setDraft("");
  if (live.state !== "online") live.start();
  else if (visitor.conversation) live.pump();
  else startTalking();
  draw();
  log.scrollTop = log.scrollHeight;
  box.focus();
};

/** Online since an earlier day, but without a conversation yet. */
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
  if (!box.value || !following || Date.now() - told.typing < 3_000) return;
  if (live.tell({ type: "typing", conversation: following })) told.typing = Date.now();
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
  if (matchMedia("(pointer: fine)").matches) box.focus();
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
setDraft(shelf.get("draft") ?? "");
site.onChange = () => (site.open && arrive(), draw());
box.disabled = false; // until here a word or an Enter would have been lost
if (site.open) arrive();
if (visitor.known || outbox.entries().length) live.start();
draw();
