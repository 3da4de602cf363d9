// What the wall counts itself, out of what the queues say. Pure.

/** 75 -> 1:15, 3725 -> 1:02:05 */
export function long(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  return parts.slice(parts[0] === "00" ? 1 : 0).join(":").replace(/^0/, "");
}

/** Each team's agents who serve a queue: how many, how many online, load and capacity; nobody counts twice. */
export function teamsOf(queues, known) {
  const agents = new Map(queues.flatMap((queue) => queue.agents.map((agent) => [agent.member, agent])));
  return known.filter(({ body }) => body).map(({ body }) => {
    const ours = (body.members ?? []).map(({ member }) => agents.get(member)).filter(Boolean);
    const online = ours.filter(({ state }) => state === "online");
    const sum = (of, what) => of.reduce((total, each) => total + each[what], 0);
    return { name: body.name, agents: ours.length, online: online.length, load: sum(ours, "load"), capacity: sum(online, "capacity") };
  });
}
