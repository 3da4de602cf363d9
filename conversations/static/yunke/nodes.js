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

/** Those that every page has; the desk's others are in dom.js. */
export const SIGNS = {
  clock: "M8 4.5V8l2.3 1.6M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z",
  check: "M3 8.5 6.5 12 13 4.5",
  checks: "M1 8.5 4.5 12 11 4.5M7 11l1 1 6.5-7.5",
  alert: "M8 5v3.5M8 11v.1M8 1.8 15 14H1L8 1.8Z",
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
