// What the agent page does when the session is over: sign in again and come back to the same place.

import { Final } from "../live.js";
import { api } from "./api.js";

export function signIn() {
  location.assign(`/sign-in?next=${encodeURIComponent("/" + location.hash)}`);
}

/** A ticket for the live connection; Final when only signing in again helps. */
export async function ticket() {
  try {
    return (await api.ticket()).ticket;
  } catch (error) {
    if (error.status === 401) throw new Final("not_signed_in");
    throw error;
  }
}
