// Elements (nodes.js) and all icons of the desk. The widget, whose bytes are counted, loads nodes.js alone.

import { SIGNS } from "./nodes.js";

export * from "./nodes.js";

export const ICONS = {
  ...SIGNS,
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
  pencil: "M2.5 13.5 3.2 10.4 10.7 2.9l2.4 2.4-7.5 7.5-3.1.7Z",
  undo: "M5.5 3 2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6",
  more: "M3.5 8h.1M8 8h.1M12.5 8h.1",
  reply: "M6 3.5 2.5 7 6 10.5M2.5 7H9a4.5 4.5 0 0 1 4.5 4.5v1",
  down: "M8 3v10M4 9l4 4 4-4",
  fold: "m4 6 4 4 4-4",
  inbox: "M2 9.5 4 3h8l2 6.5V13H2V9.5Zm0 0h3.5l1 1.5h3l1-1.5H14",
};
