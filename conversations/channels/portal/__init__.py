"""Tickets for those whose they are, over REST: for visitors their own, and by a ticket's signed link that one.

What a customer may see and do is decided in tickets/customer; here is by which door they come.
"""
