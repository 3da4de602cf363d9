"""What comes in by doors that others keep: a partner's system today, a mail server or a messenger later.

How a door is knocked at (signatures, vendors' formats) is not in here: it says who writes, in which thread, and what.
"""
