"""THE list: who reads the log, and which provider fills which port. Imported by the processes, by nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from config.attendant import Errand
from config.sweeping import Sweep
from conversations.access.answers import PLATFORM, forget_answers
from conversations.access.commands import revoke_keys_of
from conversations.audit.commands import carry_notes
from conversations.automation.dry_running import forget_dry_runs
from conversations.automation.macro.body import MACRO
from conversations.automation.reactions import READERS as AUTOMATION_READERS
from conversations.automation.reactions import find_next as find_next_of_automation
from conversations.automation.rule.body import RULE
from conversations.automation.waiting import find_forgotten_rules
from conversations.belongings import TABLES as TENANT_TABLES
from conversations.channels.incoming.commands import forget_threads_of
from conversations.channels.webchat.commands import furnish
from conversations.contacts.attribute import CONTACT_ATTRIBUTE
from conversations.contacts.commands import forget_tokens
from conversations.contacts.consent.purpose import PURPOSE
from conversations.contacts.searching.commands import index_new
from conversations.definitions.calendar.body import CALENDAR
from conversations.definitions.canned_reply.body import CANNED_REPLY
from conversations.definitions.inbox.body import INBOX
from conversations.definitions.kinds import Kind, register_kind
from conversations.definitions.team.body import TEAM
from conversations.desk.agent import AGENT
from conversations.desk.commands import check_take, release
from conversations.desk.conference import leave_all
from conversations.desk.forgotten import find_forgotten_work
from conversations.desk.queue import QUEUE
from conversations.desk.reactions import READERS as DESK_READERS
from conversations.desk.wrapping_up import find_next as find_next_of_desk
from conversations.engine import timers
from conversations.engine.announcing import announce, sender
from conversations.engine.bus import Bus, Ear
from conversations.engine.bus.postgres import PostgresBus, PostgresEar
from conversations.engine.events import Recorded
from conversations.engine.following import PostgresLog
from conversations.engine.hints import Change
from conversations.engine.readers import Reader
from conversations.engine.writer import Writer
from conversations.files.keeping import drop_tenant
from conversations.live.gate import Gate
from conversations.live.holding import Holding
from conversations.live.server import LiveServer
from conversations.presence.commands import leave
from conversations.presence.reason import PRESENCE_REASON
from conversations.presence.settling import Settling
from conversations.searching.indexing import READER as SEARCHING
from conversations.searching.indexing import forget_contacts
from conversations.threads.actors import Actor
from conversations.threads.commands import before_taking
from conversations.threads.drafting.commands import forget_drafts_of, forget_empty_drafts
from conversations.threads.erasure import erase_besides
from conversations.threads.handing_over import hand_over
from conversations.threads.projections import CONVERSATIONS
from conversations.tickets.commands.changing import hand_over as hand_over_tickets
from conversations.tickets.commands.changing import release as release_tickets
from conversations.tickets.erasure import erase_tickets_of
from conversations.tickets.hearing import READER as HEARING
from conversations.tickets.kind.body import TICKET_TYPE
from conversations.tickets.promises.policy import SLA_POLICY
from conversations.tickets.promises.reactions import READER as PROMISES
from conversations.tickets.promises.reactions import find_forgotten_tickets
from conversations.tickets.promises.reactions import find_next as find_next_of_tickets
from conversations.tickets.reports.noting import READER as REPORTS
from integrations.belongings import TABLES as INTEGRATION_TABLES
from integrations.webhooks.forgetting import forget_deliveries
from integrations.webhooks.reactions import READER as WEBHOOKS
from integrations.webhooks.sending.dispatching import Dispatcher
from tenants import ports
from tenants.audit.noting import CHANNEL as NOTES
from tenants.confirming.abandoned import confirm_proved, remind, remove_abandoned
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.database.pool import TenantPool
from tenants.domains.commands import CHANNEL as DOMAIN_CLAIMED
from tenants.domains.commands import check_due
from tenants.expiry import forget_expired
from tenants.exports.commands import CHANNEL as EXPORT_ASKED
from tenants.exports.commands import forget_expired_exports, make_next
from tenants.mail.queueing import CHANNEL as MAIL_QUEUED
from tenants.mail.sending import forget_sent, send_due
from tenants.members.departures import tell_departures
from tenants.members.resets.commands import answer_resets, forget_resets
from tenants.outgoing.moments import CHANNEL as OUTGOING
from tenants.presence.commands import Steadiness
from tenants.presence.statements import CHANNEL as CONNECTIONS_CHANGED
from tenants.provisioning.commands import resume_unfinished
from tenants.provisioning.deletion import delete_due, forget_addresses
from tenants.provisioning.ready import CHANNEL as READY_TAKEN
from tenants.provisioning.ready import refill
from tenants.sso.rechecking import recheck_due

logger = structlog.get_logger(__name__)

READERS: Final[tuple[Reader, ...]] = (
    *DESK_READERS,
    HEARING,
    PROMISES,
    *AUTOMATION_READERS,
    REPORTS,
    WEBHOOKS,
    SEARCHING,
)

# What a tenant may configure.
DEFINITION_KINDS: Final[tuple[Kind, ...]] = (
    INBOX,
    CALENDAR,
    CANNED_REPLY,
    PRESENCE_REASON,
    TEAM,
    AGENT,
    QUEUE,
    CONTACT_ATTRIBUTE,
    PURPOSE,
    TICKET_TYPE,
    SLA_POLICY,
    RULE,
    MACRO,
)


def resume_sign_ups(now: datetime) -> None:
    """Finish what a killed sign-up began."""
    resume_unfinished(now=now)


def follow_up_sign_ups(now: datetime) -> None:
    """See to those who have not confirmed their address."""
    confirm_proved(now=now)
    remind(now=now)
    remove_abandoned(now=now)


def refill_ready_schemas(now: datetime) -> int:
    """Clone ahead for the next sign-ups."""
    return refill(now=now)


def send_mails(now: datetime) -> int:
    """Send what is queued."""
    return send_due(now=now)


def sweep(now: datetime) -> None:
    """Forget what has expired."""
    forget_expired(now=now)
    forget_expired_exports(now=now)
    forget_sent(now=now)
    forget_resets(now=now)
    with platform_context():
        forget_answers(now=now, shelf=PLATFORM)


def tell_who_left(now: datetime) -> None:
    """Let the service know of members who can come in no more."""
    tell_departures(now=now)


def answer_forgotten(now: datetime) -> None:
    """Write to those who have forgotten their password."""
    answer_resets(now=now)


def forget_in_tenant(*, now: datetime) -> None:
    """Forget what has expired in the tenant that is set, and do what was left undone: of routing, and of searching."""
    forget_answers(now=now)
    forget_tokens(now=now)
    index_new()
    find_forgotten_work(now=now)
    find_forgotten_tickets(now=now)
    find_forgotten_rules(now=now)
    forget_dry_runs(now=now)
    forget_deliveries(now=now)
    forget_empty_drafts(now=now)


_expired = Sweep(forget_in_tenant)


def sweep_tenants(now: datetime) -> None:
    """Forget what has expired in tenants' own schemas: some tenants each time, each in its turn."""
    _expired.go_on(now=now)


def carry_audit_notes(now: datetime) -> int:
    """Bring what was noted in public into each tenant's audit."""
    return carry_notes(now=now) if settings.YUNKE_AUDIT_CARRIED else 0


def make_exports(now: datetime) -> int:
    """Make an archive that somebody has asked for; answer whether there was one to be made."""
    return int(make_next(now=now))


def check_domains(now: datetime) -> int:
    """Look for the proofs of domains; answer how many were looked at."""
    return check_due(now=now) + recheck_due(now=now)


def delete_tenants(now: datetime) -> None:
    """Delete the tenants whose time has come, and forget the addresses of those long gone."""
    delete_due(now=now)
    forget_addresses(now=now)


_presence = Settling(steadiness=Steadiness())


def settle_presence(now: datetime) -> int:
    """See what follows for members whose connections have come, ended, or died with their process."""
    return _presence.go_on(now)


_dispatcher = Dispatcher()


def send_webhooks(now: datetime) -> int:
    """Send what partners are told, and note what came of it."""
    return _dispatcher.go_on(now)


def end_webhooks() -> None:
    """Note what comes of the requests that are under way; each ends within ten seconds."""
    _dispatcher.drain(within_s=12)


# What is done for the platform every few seconds, one after the other; each may run twice at once, and be killed.
CHORES: Final[tuple[Callable[[datetime], None], ...]] = (
    resume_sign_ups,
    follow_up_sign_ups,
    delete_tenants,
    sweep,
    sweep_tenants,
    tell_who_left,
    answer_forgotten,
)


def do_chores(now: datetime) -> int:
    """Do all of that; what goes wrong with one is tried again and stops no other."""
    for chore in CHORES:
        try:
            chore(now)
        except Exception as error:
            logger.exception("worker.chore_failed", chore=chore.__name__)
            if isinstance(error, DatabaseError) and not connection.is_usable():
                raise
    return 0


# What every server and every worker does, so that it is done while any of them lives.
PRESENCE: Final = Errand(do=settle_presence, channel=CONNECTIONS_CHANGED, look_s=2.0)

# What it does besides, each in a thread of its own: a slow mail server or a batch of clones holds nobody up.
ERRANDS: Final = (
    PRESENCE,
    Errand(do=do_chores, look_s=5.0),
    Errand(do=send_mails, channel=MAIL_QUEUED, look_s=2.0),
    Errand(do=carry_audit_notes, channel=NOTES, look_s=5.0),
    Errand(do=refill_ready_schemas, channel=READY_TAKEN, look_s=5.0),
    Errand(do=make_exports, channel=EXPORT_ASKED, look_s=5.0),
    Errand(do=check_domains, channel=DOMAIN_CLAIMED, look_s=5.0),
    Errand(do=send_webhooks, channel=OUTGOING, look_s=1.0, end=end_webhooks, bell=_dispatcher.bell.fileno()),
)


def fill_ports() -> None:
    """Put into each port what this deployment has for it, and into the register every kind of definition."""
    ports.furnish_tenant[:] = [furnish_tenant]
    ports.access_ended[:] = [access_ended]
    ports.member_left[:] = [member_left]
    ports.tenant_tables.update(TENANT_TABLES)
    ports.tenant_tables.update(INTEGRATION_TABLES)
    ports.tenant_restored[:] = [tenant_restored]
    ports.drop_tenant_files[:] = [drop_tenant_files]
    ports.tell_tenant_changed[:] = [tell_tenant_changed]
    if settings.YUNKE_REDIS_URL:
        from conversations.engine.bus.redis import RedisAnnouncer  # noqa: PLC0415 - an extra

        sender[:] = [RedisAnnouncer(url=settings.YUNKE_REDIS_URL)]
    ports.hand_over_work[:] = [hand_over_work]
    before_taking[:] = [take_from_queue]
    erase_besides[:] = [erase_tickets_of, forget_threads_of, forget_contacts]
    timers.find_next[:] = [find_next_of_desk, find_next_of_tickets, find_next_of_automation]
    for kind in DEFINITION_KINDS:
        register_kind(kind=kind)


def furnish_tenant(tenant: TenantRef, name: str) -> None:
    """Fill tenants' port: what a new tenant finds when it first looks."""
    furnish(tenant=tenant, name=name, now=datetime.now(UTC))


def access_ended(_tenant: TenantRef, person: UUID, at: datetime, now: datetime) -> None:
    """Fill tenants' port: the keys of a member who has left are revoked."""
    revoke_keys_of(member=person, until=at, now=now)


def member_left(_tenant: TenantRef, person: UUID, now: datetime) -> None:
    """Fill tenants' port: what a member who has left had open waits for somebody else."""
    leave(member=person)
    release(member=person, now=now)
    release_tickets(member=person, now=now)
    leave_all(member=person, now=now)
    forget_drafts_of(member=person)


def drop_tenant_files(tenant: UUID) -> None:
    """Fill tenants' port: what its people have added is gone with it."""
    drop_tenant(tenant=tenant)


def tenant_restored(_tenant: TenantRef, now: datetime) -> None:
    """Fill tenants' port: its audit says whose it was before anybody verifies it."""
    carry_audit_notes(now)


def take_from_queue(conversation: UUID, actor: Actor) -> None:
    """Fill threads' port: what waits in a queue is taken only by those who have room for it."""
    check_take(conversation=conversation, actor=actor)


def tell_tenant_changed(tenant: TenantRef) -> None:
    """Fill tenants' port: other processes look the tenant up anew."""
    with platform_context():
        announce(signal=Change(tenant=tenant.id))


def hand_over_work(tenant: TenantRef, gone: UUID, to: UUID, name: str) -> None:
    """Fill tenants' port: the conversations and tickets of a member who turns out to be another person."""
    with tenant_context(tenant):
        leave(member=gone)
        hand_over(gone=gone, to=to, name=name, now=datetime.now(UTC))
        hand_over_tickets(gone=gone, to=to, name=name, now=datetime.now(UTC))


def build_bus() -> Bus:
    """Answer the bus of this deployment, not started: Redis where REDIS_URL names one, else PostgreSQL."""
    if settings.YUNKE_REDIS_URL:
        from conversations.engine.bus.redis import RedisBus  # noqa: PLC0415 - an extra

        return RedisBus(url=settings.YUNKE_REDIS_URL)
    return PostgresBus(dsn=settings.YUNKE_DATABASE_DSN)


def build_ear() -> Ear:
    """Answer the listening side of the bus for a worker, connected."""
    if settings.YUNKE_REDIS_URL:
        from conversations.engine.bus.redis import RedisEar  # noqa: PLC0415 - an extra

        return RedisEar(url=settings.YUNKE_REDIS_URL)
    return PostgresEar(dsn=settings.YUNKE_DATABASE_DSN)


def build_live(*, connections: TenantPool) -> LiveServer:
    """Put the live server of one process together; nothing is started."""
    dsn = settings.YUNKE_DATABASE_DSN
    live: LiveServer

    def written(schema: str, events: list[Recorded]) -> None:
        live.written(schema, events)

    writer = Writer(dsn=dsn, role=settings.YUNKE_WRITER_ROLE, written=written, projections=[CONVERSATIONS])
    live = LiveServer(
        log=PostgresLog(connections=connections),
        gate=Gate(connections=connections),
        bus=build_bus(),
        writer=writer,
        holding=Holding(connections=connections),
    )
    return live
