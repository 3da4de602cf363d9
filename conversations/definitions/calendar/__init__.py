"""Business hours, the definition kind `calendar`: when somebody is there, and how much of that time passes."""
