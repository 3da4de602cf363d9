"""Forgotten passwords: a mail to the address lets its reader set a new one."""
