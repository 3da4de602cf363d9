// The list of conversations: a window of rows over a scroll height, and an order that is held while the
// pointer is over it. Rows are shown, never judged, here.

import { ICONS, arrange, h, icon, set } from "../dom.js";
import { fullTime, shortTime } from "../words.js";
import { FILTERS } from "./rows.js";
import { snoozedUntil } from "./snoozing.js";

const ROW = 76;
const SPARE = 6;

export class ListPane {
  #nodes = new Map();
  #shown = [];
  #wanted = [];
  #hover = false;

  /** desk: what the page knows (see main.js). */
  constructor(desk) {
    this.desk = desk;
    const { say } = desk;
    this.tabs = Object.keys(FILTERS).map((name) =>
      h("button.tab", { type: "button", onclick: () => desk.filter(name), "data-filter": name }, say(`filter_${name}`)));
    this.chip = h("button.chip", { type: "button", hidden: true, onclick: () => this.release() }, icon(ICONS.down), say("new_activity"));
    this.rows = h("ol.rows", { role: "list" });
    this.scroll = h("div.scroll", { tabindex: "-1", onscroll: () => this.paint() }, this.rows);
    this.said = h("div.said", { role: "status" });
    this.body = h("div.body", {}, h("div.hold", {}, this.chip), this.scroll);
    this.node = h("section.list", { "aria-label": say("conversations") },
      h("div.tabs", { role: "group", "aria-label": say("filter") }, this.tabs),
      this.body, this.said);
    this.body.addEventListener("pointermove", (event) => (this.#hover = event.pointerType === "mouse"));
    addEventListener("keydown", () => (this.#hover = false)); // the keys are in use, not the pointer
    this.body.addEventListener("pointerleave", () => ((this.#hover = false), this.release()));
    new ResizeObserver(() => this.paint()).observe(this.scroll);
  }

  /** `ids` in order. While the pointer is here only what the rows say changes, not where they are. */
  draw({ ids, fresh }) {
    this.#wanted = ids;
    const moved = ids.join() !== this.#shown.join();
    if (fresh || !moved || !this.#hover || !this.#shown.length) return this.release();
    this.chip.hidden = false;
    this.paint();
  }

  release() {
    this.#shown = this.#wanted;
    this.chip.hidden = true;
    this.paint();
  }

  get order() {
    return this.#shown;
  }

  /** Bring the row into sight, without smoothness: keys repeat. */
  reveal(id) {
    const top = this.#shown.indexOf(id) * ROW;
    if (top < 0) return;
    const { scrollTop, clientHeight } = this.scroll;
    if (top < scrollTop) this.scroll.scrollTop = top;
    if (top + ROW > scrollTop + clientHeight) this.scroll.scrollTop = top + ROW - clientHeight;
  }

  paint() {
    const { desk } = this;
    for (const tab of this.tabs) set(tab, { "aria-pressed": String(tab.dataset.filter === desk.filterName) });
    this.rows.style.height = `${this.#shown.length * ROW}px`;
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / ROW) - SPARE);
    const last = Math.min(this.#shown.length, first + Math.ceil(this.scroll.clientHeight / ROW) + 2 * SPARE);
    const ids = this.#shown.slice(first, last).filter((id) => desk.rows.rows[id]);
    const live = new Set(ids);
    for (const id of this.#nodes.keys()) if (!live.has(id)) this.#nodes.delete(id);
    arrange(this.rows, ids.map((id) => this.#row(id)));
    this.#say();
    if (last > this.#shown.length - SPARE) desk.more();
  }

  #say() {
    const { desk } = this;
    const words = desk.loading ? "loading" : desk.broken ? "list_broken" : this.#shown.length ? "" : `empty_${desk.filterName}`;
    if (this.said.dataset.words === words) return;
    this.said.dataset.words = words;
    this.said.hidden = !words;
    const again = words === "list_broken" && h("button.quiet", { type: "button", onclick: () => desk.load() }, desk.say("retry"));
    this.said.replaceChildren(...[words && h("p", {}, desk.say(words)), again].filter(Boolean));
  }

  #row(id) {
    const { desk } = this;
    const row = desk.rows.rows[id];
    const look = { row, current: id === desk.current, typing: desk.typist(id), draft: id !== desk.current && desk.drafts.has(id),
      late: !desk.holds(row), day: new Date().toDateString(), waits: desk.outbox.of(id).some((e) => e.state !== "sent") };
    const key = JSON.stringify(look);
    let known = this.#nodes.get(id);
    if (!known) this.#nodes.set(id, (known = { node: h("li", {}), key: null }));
    if (known.key !== key) {
      const focused = known.node.contains(document.activeElement);
      known.node.replaceChildren(this.#button(look));
      if (focused) known.node.firstChild.focus();
      known.key = key;
    }
    const at = this.#shown.indexOf(id);
    known.node.style.transform = `translateY(${at * ROW}px)`;
    set(known.node, { "aria-setsize": this.#shown.length, "aria-posinset": at + 1 });
    return known.node;
  }

  #button({ row, current, typing, draft, late, waits }) {
    const { desk } = this;
    const { say } = desk;
    const name = desk.contactName(row);
    const who = row.last_author === "member" ? say("answered") : "";
    const line = typing ? say("is_typing", { name: typing }) : who + (row.last_text ?? "");
    return h(`button.row${row.unread ? ".fresh" : ""}${late ? ".late" : ""}`,
      { type: "button", "aria-current": current ? "true" : null, "data-id": row.id, onclick: () => desk.open(row.id) },
      h("span.avatar", { "aria-hidden": "true" }, /^#?$/.test(row.contact.name.slice(0, 1)) ? icon(ICONS.person) : name.slice(0, 1).toUpperCase()),
      h("span.who", {}, name),
      h("time", { datetime: row.last_at, title: fullTime(row.last_at) }, shortTime(row.last_at)),
      h("span.last", {}, draft && h("b.draft", {}, `${say("draft")} `), line),
      h("span.marks", {}, this.#marks(row, waits)));
  }

  #marks(row, waits) {
    const { desk } = this;
    const has = row.assignee && row.assignee !== desk.me.id && desk.memberName(row.assignee);
    const presses = ["high", "urgent"].includes(row.priority);
    return [
      row.snoozed && h("span.snoozed", { title: snoozedUntil(row.snoozed_until, desk.say) }, icon(ICONS.clock),
        row.snoozed_until ? shortTime(row.snoozed_until) : "", h("span.sr-only", {}, snoozedUntil(row.snoozed_until, desk.say))),
      row.contact.blocked && h("span.warn", {}, icon(ICONS.close), desk.say("blocked_mark")),
      presses && h("span.presses", {}, icon(ICONS.alert), desk.say(`priority_${row.priority}`)),
      waits && h("span.warn", { title: desk.say("unsent") }, icon(ICONS.clock), h("span.sr-only", {}, desk.say("unsent"))),
      has && h("span.has", { title: desk.say("has_it", { name: has }) }, icon(ICONS.person), has.slice(0, 12)),
      row.unread > 0 && h("span.count", { "aria-label": desk.say("unread", { n: row.unread }) }, row.unread > 99 ? "99+" : String(row.unread)),
    ];
  }
}
