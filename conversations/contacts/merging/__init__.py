"""Two contacts who are one person: proposed by what both are known by, said by hand, and taken back.

Whoever was merged keeps their own conversations, identities and way in; only where colleagues look are they one.
"""
