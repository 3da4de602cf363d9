"""Promises of time: what runs, what is overdue, what follows. Pure: no I/O, no clock."""
