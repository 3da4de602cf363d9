// A supervisor who opens what a colleague answers looks on in silence: the audit is told, once, and nobody else.

import { api } from "./api.js";
import { isThere } from "./conference.js";

const told = new Set();

/** It is a colleague's, and one is not there oneself: nothing is marked as read for whoever is. */
export const isOthers = (desk) => Boolean(desk.row?.assignee) && desk.row.assignee !== desk.me.id && !isThere(desk);

export function tellOfWatching(desk) {
  const { row } = desk;
  if (!row || row.status !== "open" || !isOthers(desk) || !desk.may("conversations.assign")) return;
  const key = `${row.id} ${row.assignee}`;
  if (told.has(key)) return;
  told.add(key);
  api.watch(row.id).catch(() => told.delete(key));
}
