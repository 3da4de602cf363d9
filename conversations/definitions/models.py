"""The tables of definitions: one row a published version, and one row a key for what is being written."""

from django.db import models

from tenants.database.models import TenantModel


class Definition(TenantModel):
    """One version of one document. Rows are never changed, so what started with a version can keep it.

    The newest version of a key is in force, unless it says that the document is retired.
    """

    kind = models.TextField()
    key = models.TextField()
    version = models.IntegerField()
    body = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.UUIDField(null=True)
    is_retired = models.BooleanField(default=False, db_default=False)

    class Meta(TenantModel.Meta):
        """Stored as `definition`; a version of a key exists once."""

        db_table = "definition"
        constraints = (models.UniqueConstraint(fields=("kind", "key", "version"), name="definition_version"),)


class DefinitionDraft(TenantModel):
    """What will be the next version of one document.

    `base` is the version that it was begun from, 0 for none. The row outlives a draft, its body then is null: the
    revision never goes back, so nobody saves over a draft that they have not seen.
    """

    kind = models.TextField()
    key = models.TextField()
    body = models.JSONField(null=True)
    revision = models.IntegerField()
    base = models.IntegerField()
    edited_at = models.DateTimeField()
    edited_by = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `definition_draft`; a key has one."""

        db_table = "definition_draft"
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="definition_draft_key"),)
