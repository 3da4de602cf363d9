"""What is looked at before anything is started: the port and the database that was given to us."""

import socket
from contextlib import closing
from typing import Final

import psycopg

from config.embedded.obstacles import Obstacle
from tenants.database.versions import SUPPORTED_MAJORS

LOOPBACK: Final = "127.0.0.1"
CONNECT_SECONDS: Final = 5
HOW_OUT: Final = "correct DATABASE_URL, or unset it to use the embedded PostgreSQL"


def check_port(*, port: int) -> None:
    """Refuse a port that something else listens on, or that we may not use."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port closed a moment ago is free
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except PermissionError:
            raise Obstacle(f"you may not use port {port}: ./dev up --port 8000") from None
        except OSError:
            raise Obstacle(f"port {port} is taken: ./dev up --port {port + 1 if port < 65535 else 8000}") from None


def check_database(*, url: str) -> None:
    """Refuse a database that does not answer, is too old, or in which we could not work."""
    try:
        connection = psycopg.connect(url, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise Obstacle(f"the database of DATABASE_URL refuses ({said}): {HOW_OUT}") from None
    with closing(connection):
        major = connection.info.server_version // 10_000
        if major not in SUPPORTED_MAJORS:
            oldest, newest = SUPPORTED_MAJORS[0], SUPPORTED_MAJORS[-1]
            raise Obstacle(f"the database is PostgreSQL {major}, {oldest} to {newest} is needed: {HOW_OUT}")
        row = connection.execute(
            "select rolsuper or rolcreaterole, has_database_privilege(current_database(), 'create'), current_user"
            " from pg_roles where rolname = current_user"
        ).fetchone()
    makes_roles, makes_schemas, name = row or (False, False, "")
    if not makes_roles:
        raise Obstacle(f"role {name} may not make roles, and each tenant gets one: ALTER ROLE {name} CREATEROLE")
    if not makes_schemas:
        raise Obstacle(f"role {name} may not make schemas in this database: make it the database's owner")
