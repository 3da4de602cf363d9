"""Settings of who gets what: teams, queues and agents, each a draft that is looked at, published or retired."""
