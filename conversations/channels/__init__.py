"""Every door through which contacts come, one file or folder a medium. Vendors' peculiarities are not in here."""
