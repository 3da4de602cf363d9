"""Contacts, their identities, and what they have agreed to."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Upper

from conversations.terms.field import TermsField
from tenants.database.models import TenantModel


class Contact(TenantModel):
    """Somebody who is served.

    `external_id` is what the company's own site calls them: it vouches for who has one. Who turned out to be somebody
    known is `merged_into` that contact, and has nothing of their own any more. Whom somebody of the company took for
    another one is `united_with` that one and `shown_as` the root of all of those, and keeps all that is theirs;
    `not_same` are those of whom somebody said that they are not the same. Whoever is blocked may
    read, and write nothing. `attributes` are values by the keys of
    their definitions (`contact_attribute`), `terms` the words by which they are found (searching/terms.py).
    """

    name = models.TextField()
    created_at = models.DateTimeField()
    external_id = models.TextField(null=True)  # noqa: DJ001 - null says that nobody vouches for them
    email = models.TextField(null=True)  # noqa: DJ001 - null says that it is not known
    phone = models.TextField(null=True)  # noqa: DJ001 - the same
    merged_into = models.UUIDField(null=True)
    united_with = models.UUIDField(null=True)
    united_at = models.DateTimeField(null=True)
    united_by = models.UUIDField(null=True)
    shown_as = models.UUIDField(null=True)
    not_same = ArrayField(models.UUIDField(), default=list, db_default=[])
    blocked_at = models.DateTimeField(null=True)
    blocked_by = models.UUIDField(null=True)
    erased_at = models.DateTimeField(null=True)
    attributes = models.JSONField(default=dict, db_default={})
    terms = TermsField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `contact`; listed by when they first came, all or those whom one thing that is known of fits."""

        db_table = "contact"
        indexes = (
            models.Index(fields=("created_at", "id"), name="contact_list"),
            models.Index(
                Upper("email"), "created_at", "id", name="contact_email", condition=models.Q(email__isnull=False)
            ),
            models.Index(
                fields=("external_id", "created_at", "id"),
                name="contact_external_id",
                condition=models.Q(external_id__isnull=False),
            ),
            models.Index(
                fields=("phone", "created_at", "id"), name="contact_phone", condition=models.Q(phone__isnull=False)
            ),
            GinIndex(fields=("terms",), name="contact_terms"),
            GinIndex(fields=("attributes",), name="contact_attributes", opclasses=["jsonb_path_ops"]),
            models.Index(fields=("id",), name="contact_unfound", condition=models.Q(terms__isnull=True)),
            models.Index(fields=("merged_into",), name="contact_merged", condition=models.Q(merged_into__isnull=False)),
            models.Index(fields=("shown_as",), name="contact_shown_as", condition=models.Q(shown_as__isnull=False)),
        )

    @property
    def is_vouched(self) -> bool:
        """Tell whether the company's site says who this is."""
        return self.external_id is not None

    @property
    def is_blocked(self) -> bool:
        """Tell whether nothing is taken from them."""
        return self.blocked_at is not None


class ContactIdentity(TenantModel):
    """One way in which a contact is known again: `kind` says what `value` is. Tokens are stored hashed.

    A token that was given for a vouched identity ends at `expires_at`, and with the secret `vouched_by`. Addresses and
    names elsewhere let nobody in: several contacts may have the same. `verified_by` is whoever made sure of one: a
    person, a key, or the secret by which the site said so.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.TextField()
    scope = models.TextField(default="", blank=True)
    value = models.TextField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    vouched_by = models.UUIDField(null=True)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.UUIDField(null=True)
    is_primary = models.BooleanField(default=False, db_default=False)

    class Meta(TenantModel.Meta):
        """Stored as `contact_identity`; a value is one contact's within its kind and scope.

        That is the inbox's key where a value lets somebody in, the door where it is a name behind one that others keep,
        and else the contact's own id.
        """

        db_table = "contact_identity"
        indexes = (
            models.Index(
                fields=("expires_at",),
                name="contact_identity_expiry",
                condition=models.Q(expires_at__isnull=False),
            ),
        )
        constraints = (models.UniqueConstraint(fields=("kind", "value", "scope"), name="contact_identity_value"),)


class ContactConsent(TenantModel):
    """What a contact said last of one purpose, and what shows it. All that was ever said is on the log."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    purpose = models.TextField()
    given = models.BooleanField()
    version = models.IntegerField()
    language = models.TextField()
    how = models.TextField()
    conversation = models.UUIDField(null=True)
    seq = models.BigIntegerField(null=True)
    note = models.TextField(null=True)  # noqa: DJ001 - null says that a message shows it
    at = models.DateTimeField()
    by = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `contact_consent`; one a purpose."""

        db_table = "contact_consent"
        constraints = (models.UniqueConstraint(fields=("contact", "purpose"), name="contact_consent_one"),)
