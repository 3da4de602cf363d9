// Texts and times in the page's language (the `lang` of the document).

export const language = document.documentElement.lang.toLowerCase().startsWith("zh") ? "zh" : "en";
const locale = language === "zh" ? "zh-CN" : navigator.language?.startsWith("en") ? navigator.language : "en";

/** say("typing", { name: "Lin" }) from a dictionary of this language; an unknown key shows itself. */
export const speaker = (dictionary) => (key, values = {}) =>
  (dictionary[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", month: "long", day: "numeric" });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });

export const sameDay = (a, b) => new Date(a).toDateString() === new Date(b).toDateString();
export const timeOf = (at) => clock.format(new Date(at));
export const fullTime = (at) => full.format(new Date(at));

/** 14:05 today, otherwise 3 Mar. */
export const shortTime = (at, now = Date.now()) => (sameDay(at, now) ? timeOf(at) : day.format(new Date(at)));

/** The words of a line between two days. */
export function dayOf(at, say, now = Date.now()) {
  if (sameDay(at, now)) return say("today");
  if (sameDay(at, now - 86_400_000)) return say("yesterday");
  return weekday.format(new Date(at));
}
