// What a visitor who waits is told; fetched when somebody does.

import { language } from "../words.js";

/** Answer the company's own words outside its hours, or the place and about how long, of what the server says of a wait. */
export function wordsOf(wait, say) {
  if (wait.outside_hours) return wait.words[language];
  if (wait.sold_out) return say("sold_out");
  if (wait.place === null) return "";
  if (wait.estimated_wait_s === null) return say("place", { place: wait.place });
  return say("place_and_wait", { place: wait.place, minutes: Math.max(1, Math.round(wait.estimated_wait_s / 60)) });
}
