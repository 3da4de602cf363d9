"""Everything that decides who gets which conversation. Pure: no I/O, no clock."""
