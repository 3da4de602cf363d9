"""Partners' calls: signed requests of systems that a company has installed.

What a call may ask for is in here, and how it is known to be that system's; what follows is the rooms' business.
"""
