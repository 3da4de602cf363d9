"""Definitions as pages of plain forms, which work without JavaScript: a list by kind, each with its draft, its changes.

What is asked of each kind is said by a section (routing.py, tickets/sections.py); here is what all of them share.
"""
