"""Everything that decides what may happen to a ticket. Pure: no I/O, no clock."""
