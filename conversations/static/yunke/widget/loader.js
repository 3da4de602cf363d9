// The one line on a customer's site: a button that opens the chat frame. Until it is pressed: no frame,
// no request, nothing stored. Optional on the script tag: data-color="#0a7d68", data-lang="zh".
(() => {
  const script = document.currentScript;
  const inbox = script?.dataset.inbox;
  const once = Symbol.for("yunke.widget");
  if (!inbox || window[once]) return;
  window[once] = true;

  const home = new URL(script.src).origin;
  const lang = (script.dataset.lang || navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
  const words = {
    en: { open: "Open chat", close: "Close chat", chat: "Chat", unread: (n) => `, ${n} unread` },
    zh: { open: "打开聊天", close: "关闭聊天", chat: "聊天", unread: (n) => `，${n} 条未读` },
  }[lang];

  const bubble = "M20 11.5a7.5 7.5 0 0 1-11.3 6.5L4 20l1.6-4.3A7.5 7.5 0 1 1 20 11.5ZM9 11.5v.01m3.5-.01v.01m3.5-.01v.01";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host { all: initial; --yk: #0a7d68; --ink: #fff; }
button { position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; width: 56px; height: 56px; padding: 0;
border: 0; border-radius: 50%; background: var(--yk); color: var(--ink); cursor: pointer;
box-shadow: 0 2px 6px #0003, 0 8px 24px #0003; transition: transform .15s; }
button:hover { transform: scale(1.05); }
button:focus-visible { outline: 3px solid var(--yk); outline-offset: 3px; }
svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
stroke-linejoin: round; vertical-align: middle; }
b { position: absolute; top: -3px; right: -3px; min-width: 20px; padding: 0 5px; box-sizing: border-box;
border-radius: 10px; background: #c92a2a; color: #fff; font: 600 12px/20px system-ui, sans-serif; }
[role=dialog] { position: fixed; right: 20px; bottom: 88px; z-index: 2147483001; width: 376px;
height: min(640px, 100vh - 108px); border-radius: 16px; overflow: hidden; background: Canvas;
box-shadow: 0 4px 12px #0002, 0 16px 48px #0003; }
iframe { width: 100%; height: 100%; border: 0; display: block; }
[hidden] { display: none !important; }
@media (max-width: 480px), (max-height: 420px) {
[role=dialog] { inset: 0; width: 100%; height: 100vh; height: 100dvh; border-radius: 0; } }
@media (prefers-reduced-motion) { button { transition: none; } }`);

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  const badge = document.createElement("b");
  const dialog = document.createElement("div");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS(svg.namespaceURI, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.append(path);
  button.type = "button";
  button.append(svg, badge);
  badge.hidden = dialog.hidden = true;
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-label", words.chat);
  root.append(dialog, button);

  const paint = (color, ink) => {
    if (!CSS.supports("color", color)) return;
    host.style.setProperty("--yk", color);
    host.style.setProperty("--ink", ink || "#fff");
  };
  if (script.dataset.color) paint(script.dataset.color, script.dataset.ink);

  let frame, port;
  let unread = 0;
  let open = false;
  const show = () => {
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", (open ? words.close : words.open) + (unread ? words.unread(unread) : ""));
    path.setAttribute("d", open ? "m6 9 6 6 6-6" : bubble);
    badge.hidden = !unread || open;
    badge.textContent = unread > 99 ? "99+" : unread;
    dialog.hidden = !open;
  };
  const toggle = (to) => {
    if (to === open) return;
    open = to;
    if (open && !frame) build();
    show();
    port?.postMessage({ type: open ? "opened" : "closed" });
    if (open) frame.focus();
    else button.focus();
  };
  const build = () => {
    frame = document.createElement("iframe");
    frame.title = words.chat;
    frame.referrerPolicy = "no-referrer";
    frame.src = `${home}/widget/${encodeURIComponent(inbox)}?lang=${lang}`;
    frame.onload = () => {
      const pipe = new MessageChannel();
      port = pipe.port1;
      port.onmessage = hear;
      frame.contentWindow.postMessage({ yunke: "hello" }, home, [pipe.port2]);
      port.postMessage({ type: open ? "opened" : "closed" });
    };
    dialog.append(frame);
  };
  const hear = ({ data }) => {
    if (data.type === "close") toggle(false);
    if (data.type === "look") paint(data.color, data.ink);
    if (data.type === "unread") {
      unread = Number(data.count) || 0;
      show();
    }
  };

  button.onclick = () => toggle(!open);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && open) toggle(false);
  });
  show();
  const attach = () => document.body.append(host);
  if (document.body) attach();
  else addEventListener("DOMContentLoaded", attach);
})();
