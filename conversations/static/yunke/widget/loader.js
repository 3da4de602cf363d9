// The chat's button. Nothing is asked or kept before it is pressed. Optional: data-color="#0a7460", data-lang="zh".
// The site tells window.yunke who is here.
(() => {
  const script = document.currentScript;
  const inbox = script?.dataset.inbox;
  if (!inbox || window.yunke?.identify) return;

  const home = new URL(script.src).origin;
  const lang = /^zh/i.test(script.dataset.lang || navigator.language) ? "zh" : "en";
  const [opens, closes, chat, unreads] = {
    en: ["Open chat", "Close chat", "Chat", (n) => `, ${n} unread`],
    zh: ["打开聊天", "关闭聊天", "聊天", (n) => `，${n} 条未读`],
  }[lang];
  const bubble = "M20 11.5a7.5 7.5 0 0 1-11.3 6.5L4 20l1.6-4.3A7.5 7.5 0 1 1 20 11.5ZM9 11.5v.01m3.5-.01v.01m3.5-.01v.01";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
  :host { all: initial; --yk: #2457d6; --ink: #fff; }
  button, div { position: fixed; right: 20px; z-index: 2147483000; box-shadow: 0 4px 24px #0004; }
  button { bottom: 20px; width: 56px; height: 56px; padding: 0; border: 0; border-radius: 50%;
    background: var(--yk); color: var(--ink); cursor: pointer; }
  button:hover { filter: brightness(1.1); }
  button:focus-visible { outline: 3px solid var(--yk); outline-offset: 3px; }
  svg { width: 26px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
    stroke-linejoin: round; vertical-align: middle; }
  b { position: absolute; top: -3px; right: -3px; min-width: 10px; padding: 0 5px; border-radius: 10px;
    background: #c92a2a; color: #fff; font: 600 12px/20px system-ui; }
  div { bottom: 88px; width: 376px; height: min(640px, 100vh - 108px); border-radius: 16px; overflow: hidden;
    background: Canvas; }
  iframe { width: 100%; height: 100%; border: 0; }
  [hidden] { display: none; }
  @media (max-width: 480px), (max-height: 420px) {
    div { inset: 0; width: auto; height: 100dvh; border-radius: 0; z-index: 2147483001; }
  }`);

  const make = (tag) => document.createElement(tag);
  const [host, button, badge, dialog] = ["div", "button", "b", "div"].map(make);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.append(path);
  button.type = "button";
  button.append(svg, badge);
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-label", chat);
  root.append(dialog, button);

  const paint = (color, ink) => {
    host.style.setProperty("--yk", color);
    host.style.setProperty("--ink", ink);
  };
  if (script.dataset.color) paint(script.dataset.color, "#fff");

  let frame, port;
  let unread = 0;
  let open = false;
  const show = () => {
    button.setAttribute("aria-expanded", open);
    button.setAttribute("aria-label", (open ? closes : opens) + (unread ? unreads(unread) : ""));
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
    tell();
    (open ? frame : button).focus();
  };
  const send = (type, token) => port?.postMessage({ type, token });
  const tell = () => send(open ? "opened" : "closed");
  const build = () => {
    frame = make("iframe");
    frame.title = chat;
    frame.referrerPolicy = "no-referrer";
    frame.src = `${home}/widget/${encodeURIComponent(inbox)}?lang=${lang}`;
    frame.onload = () => {
      const pipe = new MessageChannel();
      port = pipe.port1;
      port.onmessage = hear;
      frame.contentWindow.postMessage({ yunke: "hello", kept: kept(), vouched: !!who }, home, [pipe.port2]);
      tell();
    };
    dialog.append(frame);
  };
  // For a frame without storage.
  const key = `yunke.${inbox}`;
  const kept = (things) => {
    try {
      if (things) localStorage.setItem(key, JSON.stringify(things));
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  let who;
  window.yunke = {
    identify(source) {
      who = source;
      send("identify");
    },
    forget() {
      who = null;
      if (port) send("forget");
      else kept({ forget: 1 });
    },
  };
  const ask = async () => (who?.call ? who() : who);
  const hear = ({ data: { type, ...data } }) => {
    if (type === "who") ask().catch(() => {}).then((it) => send("identity", it));
    if (type === "keep") kept(data.kept);
    if (type === "close") toggle(false);
    if (type === "look") paint(data.color, data.ink);
    if (type === "unread") {
      unread = data.count;
      show();
    }
  };

  button.onclick = () => toggle(!open);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) toggle(false);
  });
  show();
  dispatchEvent(new Event("yunke:ready"));
  const attach = () => document.body.append(host);
  if (document.body) attach();
  else addEventListener("DOMContentLoaded", attach);
})();
