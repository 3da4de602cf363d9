"""The web pages people look at: the agents' desk, settings, and the widget on a customer's site."""
