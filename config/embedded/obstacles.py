"""The one kind of expected failure here: something outside that keeps Yunke from starting."""


class Obstacle(Exception):
    """Yunke cannot start; the text is one line that says why and what to do."""
