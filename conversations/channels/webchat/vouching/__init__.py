"""Visitors whom the company's own site vouches for: its secrets, the tokens that it signs, who they let in as whom."""
