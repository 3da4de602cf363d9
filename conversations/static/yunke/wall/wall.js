// The wall: every queue and team as it is now. What happens is heard live and asked for again together, so that many
// events cost one answer; waits grow by the clock in between.

import { ICONS, arrange, h, icon } from "../dom.js";
import { api } from "../desk/api.js";
import { signIn, ticket } from "../desk/session.js";
import { Live, liveUrl } from "../live.js";
import { Outbox, Shelf } from "../outbox.js";
import { language, speaker } from "../words.js";
import { long, teamsOf } from "./counts.js";

const AGAIN_MS = 2_000;
const SLOWLY_MS = 30_000; // whatever was missed

const say = speaker((await import(`../i18n/${language}.js`)).default);
const root = document.getElementById("wall");
const cards = h("div.cards", {});
const teams = h("div.teams", {});
const promises = h("div.cards.promises", {});
const fresh = h("p.fresh", { role: "status" });
let [queues, known, promised, at, asking, again] = [[], [], null, Date.now(), false, false];

let denied = false; // whoever does not see tickets is not asked again

async function promisesNow() {
  if (denied) return null;
  return api.promises().catch((error) => ((denied = error.status === 403), null));
}

async function load() {
  if (asking) return void (again = true);
  asking = true;
  try {
    [queues, known, promised] = await Promise.all([api.queues(), api.definitions("team").catch(() => []), promisesNow()]);
    at = Date.now();
    draw();
  } catch (error) {
    if (error.status === 401) return signIn();
    if (error.status === undefined) throw error;
    fresh.textContent = say("stale", { time: new Date(at).toLocaleTimeString() });
  }
  asking = false;
  setTimeout(() => again && ((again = false), load()), AGAIN_MS);
}

let soon;
function later() {
  soon ??= setTimeout(() => ((soon = null), load()), AGAIN_MS);
}

const dot = (state) => h("span.dot", { "data-state": state, "aria-hidden": "true" });
const number = (name, value, bad = false) => h(`div.number${bad ? ".bad" : ""}`, {}, h("dt", {}, say(name)), h("dd", {}, bad && icon(ICONS.alert), String(value)));

function draw() {
  fresh.textContent = "";
  const since = Math.round((Date.now() - at) / 1000);
  arrange(cards, queues.length ? queues.map((queue) => once(queue.key, waited(queue, since), card)) : [once("", null, () => h("p", {}, say("no_queues")))]);
  arrange(promises, promised ? [once("promises", promised, promiseCard)] : []);
  arrange(teams, teamsOf(queues, known).map((team) => once(`team ${team.name}`, team, () => h("section.card", { "aria-label": team.name }, h("h2", {}, team.name),
    h("dl.numbers", {}, number("wall_online", `${team.online}/${team.agents}`), number("wall_load", `${team.load}/${team.capacity}`))))));
}

const waited = (queue, since) => ({ ...queue, wait: queue.waiting ? queue.longest_wait_s + since : 0 });

/** Only what says something else is made anew. */
const nodes = new Map();
function once(id, what, make) {
  const key = JSON.stringify(what);
  if (nodes.get(id)?.key !== key) nodes.set(id, { key, node: make(what) });
  return nodes.get(id).node;
}

function card(queue) {
  const nobody = queue.waiting > 0 && !queue.agents.some(({ state }) => state === "online");
  return h("section.card", { "aria-label": queue.name }, h("h2", {}, queue.name, h("span.hint", {}, say(queue.open ? "wall_open" : "wall_closed"))),
    h("dl.numbers", {}, number("wall_waiting", queue.waiting, nobody), number("wall_longest", long(queue.wait)), number("wall_offered", queue.offered),
      number("wall_assigned", queue.assigned), number("wall_today", queue.handed_out_today)),
    h("ul.colleagues", {}, queue.agents.map((agent) => h("li", {}, dot(agent.state), h("span.name", {}, agent.name),
      h("span.state", {}, `${say(`state_${agent.state}`)} · ${say("wall_of", agent)}`)))));
}

function promiseCard({ promised: all, broken, soon, unheard }) {
  return h("section.card", { "aria-label": say("wall_promises") }, h("h2", {}, h("a", { href: "/tickets?view=broken" }, say("wall_promises"))),
    h("dl.numbers", {}, number("wall_promised", all), number("wall_broken", broken, broken > 0), number("wall_soon", soon), number("wall_unheard", unheard, unheard > 0)));
}

root.replaceChildren(h("header.top", {}, h("h1", {}, say("wall")), h("a", { href: "/" }, say("wall_desk")), fresh), cards, promises, h("h2", {}, say("wall_teams")), teams);
const { position } = await api.list({ limit: 1 });
await load();
const live = new Live({ url: liveUrl(), getTicket: ticket, outbox: new Outbox({ shelf: new Shelf("yunke.wall.", new Map()) }), on: (name) => name === "final" ? signIn() : later() });
live.subscribe("desk", { after: position, onEvent: later, onGap: later });
live.subscribe("presence", { onEvent: () => {} });
if (promised) live.subscribe("tickets", { after: position, onEvent: later, onGap: later });
live.start();
setInterval(draw, 1_000);
setInterval(load, SLOWLY_MS);
