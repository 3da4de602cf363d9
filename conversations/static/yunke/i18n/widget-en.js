// The widget's words. Keys equal those of widget-zh.js.
export default {
  today: "Today",
  yesterday: "Yesterday",
  you: "You",
  unsent: "Not sent yet",
  sent: "Sent",
  read: "Read",
  typing: "{name} is typing",
  offline: "No connection. What you write is kept and sent as soon as it is back.",
  resolved: "This conversation is resolved. Write again to continue it.",
  place: "You are number {place} in line.",
  place_and_wait: "You are number {place} in line: about {minutes} min.",
  sold_out: "Nobody is free just now. Stay here or leave a message: we answer as soon as we can.",
  gone: "This chat is not available at the moment.",
  sign_in: "Sign in on this site to write to us.",
  cut: "Earlier messages are no longer kept",
};
