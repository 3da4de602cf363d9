// The pages of tickets: times in the reader's own zone, clocks that run, keys, and news within two seconds. Without it
// the pages work, too.
const LOOK_MS = 2000;
const main = document.querySelector("main.tickets");
const language = document.documentElement.lang;
const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
for (const time of document.querySelectorAll("time:not([data-until])")) time.textContent = format.format(new Date(time.dateTime));

/** How long until then, or since: in the greatest unit that there is one of. */
function until(at) {
  const seconds = Math.round((at - Date.now()) / 1000);
  for (const [unit, length] of [["day", 86_400], ["hour", 3_600], ["minute", 60]])
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  return relative.format(seconds, "second");
}

function run() {
  for (const time of document.querySelectorAll("time[data-until]")) {
    const at = new Date(time.dateTime);
    const words = until(at);
    if (time.textContent !== words) time.textContent = words;
    time.title = format.format(at);
    time.closest(".clock").toggleAttribute("data-soon", at - Date.now() < 30 * 60_000);
  }
}

const fields = [...document.querySelectorAll("textarea, input:not([type=hidden]), select")];
const before = new Map(fields.map((field) => [field, field.value]));

/** Whatever somebody is writing or has in hand stays. */
function isBusy() {
  const active = document.activeElement;
  return fields.some((field) => field.value !== before.get(field)) || document.querySelector("details[open] form") !== null || (active !== null && active !== document.body && active.matches("a, button, input, select, textarea"));
}

async function look() {
  if (document.hidden || !main.dataset.state) return;
  const answer = await fetch(main.dataset.news, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { state } = await answer.json();
  if (state === main.dataset.state) return;
  if (isBusy()) document.querySelector(".news").hidden = false;
  else location.reload();
}

/** Keys of their own: j and k go from row to row, others to what has them as its data-key. */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.matches("input, select, textarea")) return;
  const rows = [...document.querySelectorAll("[data-row]")];
  const step = { j: 1, k: -1 }[event.key];
  if (step && rows.length) {
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + step))].focus();
    return void event.preventDefault();
  }
  const found = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
  if (!found) return;
  event.preventDefault();
  if (found.matches("a")) found.click();
  else found.focus();
}

run();
setInterval(run, 1_000);
setInterval(() => look().catch(() => {}), LOOK_MS);
document.addEventListener("visibilitychange", () => look().catch(() => {}));
document.addEventListener("keydown", press);
main.dataset.keys = "ready";
document.querySelector(".news a")?.addEventListener("click", (event) => (event.preventDefault(), location.reload()));
document.querySelector("#type[name=type]")?.closest("form.type")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
