"""The settings of webhooks: pages of plain forms, which work without JavaScript. Must not decide anything."""
