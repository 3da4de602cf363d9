"""What no request names: readers, chores, commands, ports, kept answers, functions of the database, memory."""

from typing import Final

from tests.architecture.probe.classes import STAFF, VISITOR, Bound, Entry, within

KEPT: Final = "digest and answer are rows of the host's schema, under the caller's own name"
GUESSES: Final = "counts by tenant and person, or by address; nothing is answered of it but 'later'"

ENTRIES: Final = (
    # Readers of the log, and what the worker does
    within("reader desk.reopen", Bound.EACH, "reads and appends in the scope of run_readers"),
    within("chore resume_sign_ups", Bound.EACH, "each unfinished tenant in its own scopes"),
    within("chore follow_up_sign_ups", Bound.PLATFORM, "unconfirmed tenants and mails to their owners"),
    within("errand refill_ready_schemas", Bound.PLATFORM, "schemas that never had a customer"),
    within("errand send_mails", Bound.PLATFORM, "each to the address in its own row"),
    within("errand carry_audit_notes", Bound.EACH, "a tenant's notes, in its scope, into its own audit"),
    within("errand check_domains", Bound.ROWS, "each by its own row and token"),
    within("errand make_exports", Bound.EACH, "one tenant each, in one transaction that reads its schema and its rows"),
    within("chore delete_tenants", Bound.EACH, "each tenant whose time has come, by its id and schema"),
    within("chore sweep", Bound.PLATFORM, "expired nonces, sessions and tries"),
    within("chore sweep_tenants", Bound.EACH, "tenant_context around each step"),
    within("chore tell_who_left", Bound.EACH, "each tenant in its own scope"),
    within("chore answer_forgotten", Bound.ROWS, "each row of its own tenant, and members of that one"),
    # Ports, and what fills them
    within("port tenants.ports.member_left", Bound.EACH, "called in the tenant's own scope"),
    within("callback config.wiring.member_left", Bound.EACH, "changes conversations in the scope it is called in"),
    within("port tenants.ports.furnish_tenant", Bound.EACH, "called in the new tenant's own transaction"),
    within("callback config.wiring.furnish_tenant", Bound.EACH, "makes the first inbox in the scope it is called in"),
    within("port tenants.ports.tell_tenant_changed", Bound.PLATFORM, "an id"),
    within("callback config.wiring.tell_tenant_changed", Bound.PLATFORM, "an id, to every process"),
    # What processes tell each other over PostgreSQL; anybody with a database session could listen, so no content
    within("channel yunke", Bound.NAMED, "signals, each with its schema (register/live.py)"),
    within("channel yunke_mail", Bound.SAME, "empty: look whether there is a mail"),
    within("channel yunke_ready", Bound.SAME, "empty: look whether the pool is full"),
    within("channel yunke_domain", Bound.SAME, "empty: look whether a domain is to be checked"),
    within("channel yunke_export", Bound.SAME, "empty: look whether an export is to be made"),
    within("channel yunke_audit", Bound.SAME, "empty: look whether there is a note"),
    within("port tenants.ports.hand_over_work", Bound.EACH, "called with the tenant whose member became another"),
    within("callback config.wiring.hand_over_work", Bound.EACH, "tenant_context around what it does"),
    within("port tenants.ports.tenant_restored", Bound.EACH, "called with the new tenant, in nobody's scope"),
    within("callback config.wiring.tenant_restored", Bound.EACH, "carries each tenant's notes in its own scope"),
    within("port tenants.ports.tenant_tables", Bound.SAME, "names of tables"),
    # Answers kept by Idempotency-Key
    within("kept run_in_transaction", Bound.HOST, KEPT),
    within("kept run_with_claim", Bound.HOST, KEPT),
    Entry(name="kept for Member", who=STAFF, bound=Bound.CALLER, why="member <person>"),
    Entry(name="kept for KeyBearer", who=STAFF, bound=Bound.CALLER, why="key <id>"),
    Entry(name="kept for Actor", who=VISITOR, bound=Bound.CALLER, why="contact <id>"),
    # Commands of manage.py that are not Django's own
    within("command catalogues", Bound.SAME, "documents of the code"),
    within("command serve", Bound.HOST, "hosts"),
    within("command verify_audit", Bound.EACH, "tenants, one after the other"),
    within("command work", Bound.EACH, "tenants, one after the other"),
    within("command suspend_tenant", Bound.PLATFORM, "an operator names the tenant"),
    within("command resume_tenant", Bound.PLATFORM, "an operator names the tenant"),
    within("command restore_tenant", Bound.PLATFORM, "an operator names the file, and a new tenant is made of it"),
    within("command migrate", Bound.EACH, "maintenance_context around each schema"),
    within("command collectstatic", Bound.SAME, "files"),
    within("command findstatic", Bound.SAME, "files"),
    within("command runserver", Bound.HOST, "as serve"),
    within("command runworker", Bound.SAME, "channel layers, of which there are none"),
    within("command generateschema", Bound.SAME, "a document of the code"),
    # Functions of the database that run with more rights than their caller
    within("function head_position(text)", Bound.ROLE, "head_schema refuses a tenant another's name"),
    within(
        "function move_audit_anchor(bigint, text, bigint, text, text)",
        Bound.ROLE,
        "head_schema answers the caller's own",
    ),
    within("function erase_events(uuid[], jsonb)", Bound.ROLE, "head_schema answers the caller's own schema"),
    within("function take_positions(integer, text)", Bound.ROLE, "head_schema refuses a tenant another's name"),
    # What a process remembers for all tenants together
    within("memory tenants.queries.LOOKUPS", Bound.NAMED, "slug -> tenant, until somebody says that it changed"),
    within("memory tenants.secrets._read_ring", Bound.SAME, "the keys of this deployment"),
    within("memory tenants.database.clone._blueprints", Bound.SAME, "the template's statements"),
    within("memory tenants.sso.door_pages.FROM_ONE_PLACE", Bound.SAME, GUESSES),
    within("memory tenants.sso.provider._kept", Bound.SAME, "what issuers publish, by issuer"),
    within("memory tenants.members.resets.pages.ASKED", Bound.SAME, GUESSES),
    within("memory tenants.members.resets.pages.CODES", Bound.SAME, GUESSES),
    within("memory tenants.provisioning.door.FROM_ONE_PLACE", Bound.PLATFORM, GUESSES),
    within("memory tenants.provisioning.door.FOR_ONE_ADDRESS", Bound.PLATFORM, GUESSES),
    within("memory tenants.confirming.commands.MAILS", Bound.PLATFORM, GUESSES),
    within("memory tenants.confirming.commands.AGAIN", Bound.PLATFORM, GUESSES),
    within("memory tenants.provisioning.deletion.GUESSES", Bound.NAMED, GUESSES),
    within("memory conversations.access.throttle._buckets", Bound.NAMED, "by schema, and by schema and key"),
    within("memory conversations.channels.webchat.newcomers._buckets", Bound.NAMED, "by schema, inbox and address"),
    within("memory config.wiring._expired", Bound.EACH, "the tenants whose turn is still to come"),
    within("memory config.openapi.render_host", Bound.SAME, "documents of the code"),
    within("memory conversations.console.widget._loader", Bound.SAME, "a file"),
    within("memory conversations.definitions.calendar.body._zones", Bound.SAME, "names of time zones"),
    within("memory conversations.definitions.calendar.rules._get_pieces", Bound.SAME, "arithmetic of its arguments"),
    within("memory conversations.definitions.kinds._KINDS", Bound.SAME, "kinds of the code"),
    within("memory conversations.engine.events._KINDS", Bound.SAME, "kinds of the code"),
    within("memory conversations.live.topics._name_of", Bound.SAME, "arithmetic of a stream's random id"),
    within("memory conversations.engine.statements.qualified", Bound.NAMED, "SQL texts, by schema"),
)
