"""Answers written beforehand, the definition kind `canned_reply`; its key is what an agent types."""
