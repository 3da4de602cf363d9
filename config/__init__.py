"""The composition root: settings, routes, wiring. It sees every app; nothing imports it."""
