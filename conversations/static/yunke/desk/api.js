// The REST calls of the agent page. Refusals become ApiError; nothing else lives here.

const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";

export class ApiError extends Error {
  constructor({ status, code, detail }) {
    super(detail ?? code);
    Object.assign(this, { status, code, detail });
  }
}

async function call(method, path, body, more = {}) {
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(15_000),
      ...more,
    });
  } catch {
    throw new ApiError({ status: 0, code: "offline" });
  }
  const found = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError({ status: answer.status, code: found.code ?? "failed", detail: found.detail });
  return found;
}

const conversation = (id, what) => `/conversations/${id}${what}`;

/** Everybody who can be given something, whatever the number of pages. */
async function members() {
  const results = [];
  for (let path = "/members?is_active=true&limit=200"; path; ) {
    const page = await call("GET", path);
    results.push(...page.results);
    path = page.next && page.next.split("/api/v1").pop();
  }
  return { results };
}

/** All definitions of a kind. */
const definitions = (kind) => whole(`/definitions?kind=${kind}&limit=200`);

/** A list, whatever the number of pages. */
async function whole(first) {
  const results = [];
  for (let path = first; path; ) {
    const page = await call("GET", path);
    results.push(...page.results);
    path = page.next && page.next.split("/api/v1").pop();
  }
  return results;
}

export const api = {
  me: () => call("GET", "/me"),
  companies: () => call("GET", "/me/tenants"),
  members,
  ticket: () => call("POST", "/live-tickets", {}),
  presence: () => call("GET", "/me/presence"),
  choose: (choice) => call("PUT", "/me/presence", choice),
  chooseFor: (member, choice) => call("PUT", `/members/${member}/presence`, choice),
  reasons: () => call("GET", "/definitions?kind=presence_reason&limit=200"),
  list: (query) => call("GET", `/conversations?${new URLSearchParams(query)}`),
  search: (query) => call("GET", `/search?${new URLSearchParams(query)}`),
  ticketsOf: (conversation) => call("GET", `/tickets?conversation=${conversation}&limit=20`),
  ticketOf: (id) => call("GET", `/tickets/${id}`),
  canned: (id) => whole(conversation(id, "/canned-replies?limit=200")),
  inbox: (key) => call("GET", `/inboxes/${encodeURIComponent(key)}`),
  find: (id) => call("GET", conversation(id, "")),
  take: (id) => call("POST", conversation(id, "/take"), {}),
  assign: (id, member) => call("POST", conversation(id, "/assign"), { member }),
  tag: (id, add, remove) => call("POST", conversation(id, "/tags"), { add, remove }),
  prioritize: (id, priority) => call("POST", conversation(id, "/priority"), { priority }),
  snooze: (id, until) => call("POST", conversation(id, "/snooze"), { until }),
  wake: (id) => call("POST", conversation(id, "/wake"), {}),
  note: (id, note) => call("POST", conversation(id, "/notes"), note),
  edit: (id, seq, text) => call("PATCH", conversation(id, `/messages/${seq}`), { text }),
  recall: (id, seq) => call("POST", conversation(id, `/messages/${seq}/recall`), {}),
  react: (id, seq, emoji, on) => call("POST", conversation(id, `/messages/${seq}/reactions`), { emoji, on }),
  originals: (id, seq) => call("GET", conversation(id, `/messages/${seq}/originals`)),
  transfer: (id, to) => call("POST", conversation(id, "/transfer"), to),
  definitions,
  applyMacro: (id, macro) => call("POST", conversation(id, "/macro"), { macro }),
  promises: () => call("GET", "/reports/promises/now"),
  queues: () => whole("/queues?limit=200"),
  watch: (id) => call("POST", conversation(id, "/watch"), {}),
  invite: (id, whom) => call("POST", conversation(id, "/invite"), whom),
  drafts: () => whole("/me/drafts?limit=200"),
  draft: (id, kind) => call("GET", `/me/drafts/${id}/${kind}`),
  keepDraft: (id, kind, draft) => call("PUT", `/me/drafts/${id}/${kind}`, draft, { keepalive: true }),
  mentions: (limit) => call("GET", `/me/mentions?limit=${limit}`),
  readMentions: (id, seq) => call("POST", "/me/mentions/read", { conversation: id, seq }),
  invitations: () => call("GET", "/me/invitations?limit=200"),
  join: (id) => call("POST", conversation(id, "/join"), {}),
  notJoin: (id) => call("POST", conversation(id, "/decline-invitation"), {}),
  leave: (id) => call("POST", conversation(id, "/leave"), {}),
  offers: () => call("GET", "/me/offers?limit=200"),
  accept: (id) => call("POST", conversation(id, "/accept"), {}),
  decline: (id) => call("POST", conversation(id, "/decline"), {}),
  resolve: (id) => call("POST", conversation(id, "/resolve"), {}),
  contact: (id) => call("GET", `/contacts/${id}`),
  identities: (id) => whole(`/contacts/${id}/identities?limit=200`),
  duplicates: (id) => whole(`/contacts/${id}/duplicates?limit=200`),
  merged: (id) => whole(`/contacts/${id}/merged?limit=200`),
  merge: (id, into) => call("POST", `/contacts/${id}/merge`, { into }),
  unmerge: (id) => call("POST", `/contacts/${id}/unmerge`, {}),
  notSame: (id, other) => call("DELETE", `/contacts/${id}/duplicates/${other}`),
  verify: (id, identity) => call("POST", `/contacts/${id}/identities/${identity}/verify`, {}),
  block: (contact) => call("POST", `/contacts/${contact}/block`, {}),
  unblock: (contact) => call("POST", `/contacts/${contact}/unblock`, {}),
  erase: (contact) => call("POST", `/contacts/${contact}/erase`, {}),
  reopen: (id) => call("POST", conversation(id, "/reopen"), {}),
};
