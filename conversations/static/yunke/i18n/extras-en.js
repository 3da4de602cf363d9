// The words of what only some messages of the widget have. Keys equal those of extras-zh.js.
export default {
  failed: "Could not be sent",
  contact_blocked: "No messages are taken from you here",
  too_large: "Too long to be sent",
  retry: "Try again",
  discard: "Discard",
  reply: "Reply to {name}",
  quoting: "In answer to {name}",
  quote_off: "Do not quote it",
  quoted_gone: "A message that is no longer kept",
};
