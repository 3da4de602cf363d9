"""What a company has done by itself: rules that follow what happens, and macros that people apply by hand.

Whatever a rule does is on the log under the id of the rule's version as its sender, known by the event that it follows.
"""
