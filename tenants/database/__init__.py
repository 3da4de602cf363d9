"""Django's database backend that obeys tenants.context, and the models and pool that stand on it."""
