"""Our own lint rules: what ruff, mypy and import-linter cannot know. One file a family of rules.

A rule is a function that takes one source file and yields what it found; its docstring says why the rule is there.
"""
