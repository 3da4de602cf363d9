// A ticket's page: times in the reader's own zone, and news within two seconds. Without it the page works, too.
const LOOK_MS = 1500;
const main = document.querySelector("main.ticket");
const language = document.documentElement.lang;
const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time")) time.textContent = format.format(new Date(time.dateTime));

async function look() {
  if (document.hidden) return;
  const answer = await fetch(`${location.pathname}/news`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { state } = await answer.json();
  if (state === main.dataset.state) return;
  // Whatever somebody is writing stays.
  if (document.querySelector("textarea")?.value) document.querySelector(".news").hidden = false;
  else location.reload();
}

setInterval(() => look().catch(() => {}), LOOK_MS);
document.addEventListener("visibilitychange", () => look().catch(() => {}));
