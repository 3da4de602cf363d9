"""Web chat: the inbox that a widget belongs to, and the anonymous visitor who comes back."""
