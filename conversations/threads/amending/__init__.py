"""What becomes of a message after it was said: it is edited, recalled, or reacted to."""
