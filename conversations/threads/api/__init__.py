"""HTTP words of conversations: lists and commands, messages, and the feed of events."""
