"""The table of definitions: one row a published version; the newest version of a key is in force."""

from django.db import models

from tenants.database.models import TenantModel


class Definition(TenantModel):
    """One version of one document. Rows are never changed, so what started with a version can keep it."""

    kind = models.TextField()
    key = models.TextField()
    version = models.IntegerField()
    body = models.JSONField()
    published_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        """Stored as `definition`; a version of a key exists once."""

        db_table = "definition"
        constraints = (models.UniqueConstraint(fields=("kind", "key", "version"), name="definition_version"),)
