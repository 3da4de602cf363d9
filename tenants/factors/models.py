"""Second factors of people. None of them names a tenant."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

NAME_LENGTH = 60


class CodeApp(models.Model):
    """An authenticator app. It counts once a code has confirmed it; each code is accepted once (`last_counter`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("tenants.Person", on_delete=models.CASCADE, related_name="code_apps")
    name = models.CharField(max_length=NAME_LENGTH)
    secret = models.TextField()
    last_counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "code_apps"

    def __str__(self) -> str:
        """Name it in logs."""
        return str(self.id)


class SecurityKey(models.Model):
    """A WebAuthn credential: a security key or a passkey. `site` is its relying party's id: where it can be used."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("tenants.Person", on_delete=models.CASCADE, related_name="security_keys")
    name = models.CharField(max_length=NAME_LENGTH)
    site = models.CharField(max_length=253)
    credential = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "security_keys"

    def __str__(self) -> str:
        """Name it in logs."""
        return str(self.id)


class RecoveryCode(models.Model):
    """A code for the day on which every other factor is lost. Used up when `used_at` is set."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("tenants.Person", on_delete=models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "recovery_codes"
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "hash"], name="recovery_codes_once")]

    def __str__(self) -> str:
        """Name it in logs."""
        return str(self.id)
