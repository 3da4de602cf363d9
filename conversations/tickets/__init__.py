"""Work that outlives a chat: tickets, each a subject of the log with a number that a person can say.

What is asked of a ticket is here; who hears of it on a screen, and by which door a customer came, is not.
"""
