"""What decides about partners' calls. Pure: no I/O, no clock."""
