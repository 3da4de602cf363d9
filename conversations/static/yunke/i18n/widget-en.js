// The widget's words. Keys equal those of widget-zh.js.
export default {
  today: "Today",
  yesterday: "Yesterday",
  you: "You",
  unsent: "Not sent yet",
  sent: "Sent",
  read: "Read",
  failed: "Could not be sent",
  too_large: "Too long to be sent",
  retry: "Try again",
  discard: "Discard",
  typing: "{name} is typing",
  offline: "No connection. What you write is kept and sent as soon as it is back.",
  resolved: "This conversation is resolved. Write again to continue it.",
  gone: "This chat is not available at the moment.",
  sign_in: "Sign in on this site to write to us.",
  cut: "Earlier messages are no longer kept",
};
