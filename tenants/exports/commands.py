"""Asking for an export, making it (the worker does), and forgetting it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import psycopg
import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, connection, transaction

from tenants.audit.noting import Target, note, who_is
from tenants.context import TenantRef, current_tenant, platform_context
from tenants.database.locks import lock_key
from tenants.database.patient import connect
from tenants.exports.archive import Counted
from tenants.exports.models import Export, ExportState
from tenants.exports.refusals import ExportRunning, TooManyExports
from tenants.exports.writing import write_archive
from tenants.mail.queueing import queue_mail
from tenants.members.member import Member
from tenants.models import Person, Tenant
from tenants.refusals import NotAllowed
from tenants.speaking import spoken_by

logger = structlog.get_logger(__name__)

KEPT_FOR: Final = timedelta(days=7)
REMEMBERED_FOR: Final = timedelta(days=90)
MOST: Final = 10  # files of one tenant at a time
TRIES: Final = 3
STORAGE: Final = "exports"
CHANNEL: Final = "yunke_export"
WAKE: Final = "SELECT pg_notify('yunke_export', '')"


def get_storage() -> Storage:
    """Answer where archives are kept."""
    return storages[STORAGE]


def ask_for_export(*, by: Member, language: str, now: datetime) -> Export:
    """Have an archive of the current tenant made; raise NotAllowed, ExportRunning or TooManyExports."""
    if not by.may("tenant.manage"):
        raise NotAllowed
    tenant = current_tenant()
    with platform_context(), transaction.atomic():
        Tenant.objects.select_for_update().get(id=tenant.id)
        if Export.objects.filter(tenant_id=tenant.id, state=ExportState.READY).count() >= MOST:
            raise TooManyExports
        try:
            with transaction.atomic():
                export = Export.objects.create(
                    tenant_id=tenant.id, asked_by=by.person_id, asked_at=now, language=language
                )
        except IntegrityError as error:
            raise ExportRunning from error
        target = Target(kind="export", id=str(export.id))
        note(tenant=tenant.id, who=who_is(caller=by), action="export.asked", target=target, now=now)
        with connection.cursor() as cursor:
            cursor.execute(WAKE)
    return export


def note_download(*, export: Export, by: Member, now: datetime) -> None:
    """Note who takes an archive along: it is everything that the company has."""
    target, after = Target(kind="export", id=str(export.id)), {"size": export.size, "sha256": export.sha256}
    with platform_context(), transaction.atomic():
        who = who_is(caller=by)
        note(tenant=export.tenant_id, who=who, action="export.downloaded", target=target, now=now, after=after)


def make_next(*, now: datetime) -> bool:
    """Make the export that has waited longest and that nobody makes yet; tell whether there was one.

    Killed anywhere, it is made again: the lock ends with the process, and the file is named after the export.
    """
    with platform_context():
        waiting = list(
            Export.objects.filter(state=ExportState.WAITING).order_by("asked_at").values_list("id", flat=True)
        )
    for export_id in waiting:
        with _locked(export_id) as mine:
            if mine and _make(export_id, now):
                return True
    return False


def forget_expired_exports(*, now: datetime) -> None:
    """Delete the files of exports that have expired, and long after that what is known of them."""
    with platform_context():
        for export in Export.objects.filter(state=ExportState.READY, expires_at__lt=now):
            get_storage().delete(export.file)
            Export.objects.filter(id=export.id).update(state=ExportState.EXPIRED)
        Export.objects.exclude(state=ExportState.WAITING).filter(asked_at__lt=now - REMEMBERED_FOR).delete()


def drop_files(*, tenant_id: UUID) -> None:
    """Delete every archive of a tenant now: what is erased or deleted must not be in one. Call it in platform_context.

    An export that is being made meanwhile is made anew: it does not know its row again.
    """
    exports = Export.objects.filter(tenant_id=tenant_id)
    exports.filter(state=ExportState.WAITING).update(attempts=0)
    for export in exports.exclude(state=ExportState.EXPIRED):
        get_storage().delete(export.file)
    exports.filter(state=ExportState.READY).update(state=ExportState.EXPIRED)


@contextmanager
def _locked(export_id: UUID) -> Iterator[bool]:
    """Hold the export's lock, if nobody else does, on a connection of its own."""
    with connect(settings.YUNKE_DATABASE_DSN) as holder:
        row = holder.execute("SELECT pg_try_advisory_lock(%s)", [lock_key(f"export:{export_id}")]).fetchone()
        yield bool(row and row[0])


def _make(export_id: UUID, now: datetime) -> bool:
    with platform_context():
        export = Export.objects.select_related("tenant").filter(id=export_id, state=ExportState.WAITING).first()
        if export is None:
            return False
        export.attempts += 1
        export.save(update_fields=["attempts"])
    try:
        size, total = _write(export.tenant.ref, export.file, now)
    except Exception as error:
        logger.exception("export.failed", export=str(export.id), attempts=export.attempts)
        if export.attempts >= TRIES:
            with platform_context():
                Export.objects.filter(id=export.id).update(state=ExportState.FAILED, finished_at=now)
        if isinstance(error, psycopg.Error):
            raise
        return True
    _finish(export, size, total, now)
    return True


def _write(tenant: TenantRef, name: str, now: datetime) -> tuple[int, str]:
    """Write the archive beside, then put it where it is kept; answer its size and checksum."""
    with tempfile.TemporaryFile() as file:
        out = Counted(file)
        write_archive(tenant=tenant, out=out, now=now)
        file.seek(0)
        get_storage().delete(name)  # of a try that was killed
        get_storage().save(name, File(file))
        return out.bytes, out.sha256


def _finish(export: Export, size: int, total: str, now: datetime) -> None:
    """Say that it is ready, unless something was erased or deleted since it was begun."""
    with platform_context(), transaction.atomic():
        until = now + KEPT_FOR
        mine = Export.objects.filter(id=export.id, state=ExportState.WAITING, attempts=export.attempts)
        done = mine.update(state=ExportState.READY, finished_at=now, expires_at=until, size=size, sha256=total)
        person = Person.objects.filter(id=export.asked_by).first()
        if done and person is not None:
            context = {"company": export.tenant.name, "slug": export.tenant.slug, "until": until}
            queue_mail(
                to=person.email,
                template="export_ready",
                context=context,
                language=spoken_by(person=person, otherwise=export.language),
                now=now,
                tenant=export.tenant_id,
            )
