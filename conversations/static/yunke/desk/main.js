// Starts the agent page: who am I, who are my colleagues, then the desk.

import { h } from "../dom.js";
import { language, speaker } from "../words.js";
import { listen } from "./actions.js";
import { api } from "./api.js";
import { Desk } from "./desk.js";
import { signIn } from "./session.js";

const root = document.getElementById("desk");
const say = speaker((await import(`../i18n/${language}.js`)).default);

/** Somebody who may not see the list of members still sees the names in the conversations. */
async function colleagues() {
  try {
    return (await api.members()).results;
  } catch (error) {
    if (error.status === 403) return [];
    throw error;
  }
}

/** The other companies that one works with; the desk works without knowing them. */
async function elsewhere() {
  try {
    return (await api.companies()).results.filter((company) => !company.is_current);
  } catch (error) {
    if (error.status === 401) throw error;
    return [];
  }
}

async function start() {
  const [{ person, ...rest }, members, companies] = await Promise.all([api.me(), colleagues(), elsewhere()]);
  const desk = new Desk({ me: person, ...rest, members, companies, say });
  root.replaceChildren(...desk.nodes);
  listen(desk);
  const follow = () => desk.open(location.hash.slice(1) || null);
  addEventListener("popstate", follow);
  addEventListener("focus", () => desk.markRead());
  document.addEventListener("visibilitychange", () => desk.markRead());
  await desk.load();
  follow();
}

async function begin() {
  try {
    await start();
  } catch (error) {
    if (error.status === 401) return signIn();
    if (error.status === undefined) throw error;
    root.replaceChildren(h("div.none", {}, h("p.big", {}, say("broken")), h("button.primary", { type: "button", onclick: begin }, say("retry"))));
  }
}

await begin();
