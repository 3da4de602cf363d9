"""Files that people add to what is said: what is taken, where it is kept, and the signed links by which it is given.

Whose a file is, and who may have it, is known by the room that it was added in.
"""
