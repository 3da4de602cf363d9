"""What rules answer: whether conditions hold, which rules follow an event, whether a chain goes in a circle. Pure."""
