// Making and filling elements with textContent only: no markup is ever parsed from a string.

/** h("button.quiet", { onclick, "aria-label": "..." }, "text", node, [nodes], null) */
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  set(node, attributes);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on") || name === "value" || name === "hidden" || name === "disabled") node[name] = value;
    else if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
}

const SVG = "http://www.w3.org/2000/svg";

/** A decorative line icon from path data on a 16 x 16 grid. */
export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const ICONS = {
  clock: "M8 4.5V8l2.3 1.6M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z",
  check: "M3 8.5 6.5 12 13 4.5",
  checks: "M1 8.5 4.5 12 11 4.5M7 11l1 1 6.5-7.5",
  alert: "M8 5v3.5M8 11v.1M8 1.8 15 14H1L8 1.8Z",
  close: "m4 4 8 8M12 4l-8 8",
  back: "M10 3 5 8l5 5",
  send: "M2 8 14 2.5 10.5 14 7.8 9.2 2 8Zm5.8 1.2L14 2.5",
  note: "M3 2.5h10v7L9.5 13.5H3v-11ZM9.5 13.5v-4H13M5.5 5.5h5M5.5 8h3",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-5.5 6c.6-3 2.8-4 5.5-4s4.9 1 5.5 4",
  globe: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM2 8h12M8 2c2 2 2.5 4 2.5 6S10 12 8 14C6 12 5.5 10 5.5 8S6 4 8 2Z",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14",
  info: "M8 7.3V11.5M8 4.8v.1M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z",
  reopen: "M3 8a5 5 0 1 0 1.7-3.7L3 6M3 2.5V6h3.5",
  gear: "M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4",
  down: "M8 3v10M4 9l4 4 4-4",
  fold: "m4 6 4 4 4-4",
  inbox: "M2 9.5 4 3h8l2 6.5V13H2V9.5Zm0 0h3.5l1 1.5h3l1-1.5H14",
};

const LINK = /\bhttps?:\/\/[^\s<>"'，。；、！？）】》]+[^\s<>"'，。；、！？）】》.,;:!?)\]]/gi;

/** Text as nodes: http(s) addresses become links that tell the other site nothing. */
export function linked(text) {
  const nodes = [];
  let from = 0;
  for (const { 0: href, index } of text.matchAll(LINK)) {
    nodes.push(text.slice(from, index));
    nodes.push(h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, href));
    from = index + href.length;
  }
  return [...nodes, text.slice(from)].filter((node) => node !== "");
}

const HAN = /[\u3400-\u9fff]/;

/** The paragraph of one message; Chinese text is marked as such for its fonts and line height. */
export const prose = (text) => h("p.prose", { lang: HAN.test(text) ? "zh" : null, dir: "auto" }, linked(text));

/** Make `parent` hold exactly `nodes` in this order, moving as few as possible. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null);
  });
}
