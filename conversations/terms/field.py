"""A column that holds a set of words and finds rows by their beginnings: PostgreSQL's tsvector, filled by us."""

from typing import Any

from django.db import models
from django.db.models import Lookup


class TermsField(models.Field):  # type: ignore[type-arg] # it takes none when the program runs
    """Takes a list of words; reading it answers PostgreSQL's text of it. Null: nobody has looked which there are."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002 - Django's own signature
        """Answer the column's type."""
        return "tsvector"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:  # noqa: ARG002 - the same
        """Take the words as they are: no dictionary shortens them."""
        return "array_to_tsvector(%s::text[])"


@TermsField.register_lookup
class Matches(Lookup):  # type: ignore[type-arg] # the same
    """`terms__matches=query`: what searching/terms.py makes of a text."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Answer the condition."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} @@ %s::tsquery", [*params, self.rhs]
