"""The two roles, the database and the queue, made once in a fresh embedded server.

`endpoint_owner` owns the tables and migrates; `endpoint_app` is what web and worker are. Neither is a superuser.
The queue is a database of its own: losing it loses nothing but wake-ups, and no backup of the record carries it.
"""

import psycopg
from psycopg import sql

from trial.runtime.addresses import APPLICATION, DATABASE, OWNER, QUEUE
from trial.runtime.postgres import SUPERUSER


def prepare(sockets: str) -> None:
    """Makes what is missing; running it again changes nothing. Raises psycopg.Error."""
    with psycopg.connect(host=sockets, user=SUPERUSER, dbname="postgres", autocommit=True) as connection:
        for role in (OWNER, APPLICATION):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        for name, owner in ((DATABASE, OWNER), (QUEUE, APPLICATION)):
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                words = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(words.format(sql.Identifier(name), sql.Identifier(owner)))
    with psycopg.connect(host=sockets, user=OWNER, dbname=DATABASE, autocommit=True) as connection:
        grant(connection)
    _install_queue(sockets)


def grant(connection: psycopg.Connection) -> None:
    """What the owner makes from now on, the application may read and write; `trial.audit` takes back."""
    role = sql.Identifier(APPLICATION)
    for words in ("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}", "GRANT USAGE, SELECT ON SEQUENCES TO {}"):
        connection.execute(sql.SQL("ALTER DEFAULT PRIVILEGES " + words).format(role))


def _install_queue(sockets: str) -> None:
    """The queue's functions are plain SQL carried by its client; no extension files are needed."""
    from pgmq import get_embedded_install_sql

    with psycopg.connect(host=sockets, user=APPLICATION, dbname=QUEUE) as connection:
        if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'pgmq'").fetchone():
            connection.execute(get_embedded_install_sql())
