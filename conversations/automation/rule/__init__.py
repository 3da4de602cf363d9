"""What rules are written in: triggers, fields and their types, conditions, actions; the definition kind `rule`."""
