"""Promises of time: until when a reply, an update or the end of a ticket is promised, and who hears before it is late.

Clocks are no facts: they are a column of the ticket's row, and what comes of them is on its log. They are kept up by
whoever writes about the ticket, and by a reader that looks when the next one is due.
"""
