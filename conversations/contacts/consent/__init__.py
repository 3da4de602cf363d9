"""What contacts have agreed to, purpose by purpose, and what shows it. No sending: whoever sends asks here before."""
