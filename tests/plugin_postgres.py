"""Starts the tests' own PostgreSQL before Django's settings are read, and gives every test a database of its own.

Loaded early by `addopts = -p tests.plugin_postgres`. The schema is migrated once by the owner into a template; a test
that asks for `database` gets a clone of it and is connected as the application's role, with real commits, deferred
triggers and on_commit. Nothing is flushed: the record refuses TRUNCATE. Workers of pytest-xdist share the server, and
what many tests begin with, such as the fixed cast, is entered once a run and cloned (`kept_database`).
"""

import fcntl
import os
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import psycopg
import pytest
from psycopg import sql

from tests.scratch import scratch_folder
from trial.runtime import addresses, roles
from trial.runtime.postgres import SUPERUSER, Server

ROOT = Path(__file__).resolve().parent.parent
STARTED: list[Server] = []
ROOM_WANTED_BYTES = 4 * 2**30


def pytest_load_initial_conftests() -> None:
    """Before anything imports the settings. A worker of xdist finds the address in its environment."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "ENDPOINT_ENV", "ENDPOINT_DATABASE_ROLE"):
            os.environ.pop(name, None)
        place = scratch_folder(_roomy_memory())
        server = Server(place / "postgres", place / "postgres.log", durable=False)
        STARTED.append(server)
        server.start()
        roles.prepare(str(server.sockets))
        os.environ |= {
            "ENDPOINT_SOCKET_DIRECTORY": str(server.sockets),
            "CELERY_BROKER_URL": "memory://",
            "ENDPOINT_FILES": str(place / "files"),
            # Never the checkout's own: its noted seals are not of our records, nor ours of its.
            "ENDPOINT_DATA": str(place / "data"),
            "ENDPOINT_SECRET_KEY": "only-for-tests-" + "x" * 50,
            "DJANGO_SETTINGS_MODULE": "trial.settings",
        }
        addresses.DATA = place / "data"  # it was imported before its environment was set
    import django

    django.setup()


def _roomy_memory() -> Path | None:
    """The folder kept in memory, when there is one with room enough; elsewhere the tests run on disk, as rightly.

    A clone is some 400 files made and removed for every test, and ext4 walks past each inode freed in the last five
    seconds before it gives one out: half a second a test.
    """
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_WANTED_BYTES:
        return memory
    return None


def pytest_unconfigure() -> None:
    """Stops the server and removes its folder."""
    while STARTED:
        server = STARTED.pop()
        server.stop()
        shutil.rmtree(server.data.parent, ignore_errors=True)


def _superuser() -> psycopg.Connection:
    return psycopg.connect(host=addresses.socket_directory(), user=SUPERUSER, dbname="postgres", autocommit=True)


@contextmanager
def _once(name: str) -> Iterator[bool]:
    """Whether the caller is the first of this run to make what is named so; the other workers wait until it is made."""
    made = Path(addresses.socket_directory()).parent / name
    with (made.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not made.exists()
        made.touch()


@pytest.fixture(scope="session")
def template_database() -> str:
    """The migrated database every clone comes from. It takes no connections, so no test can write to it."""
    return migrated()


def migrated() -> str:
    """Makes it once a run; its name."""
    with _once("migrated") as first:
        if first:
            words = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "migrate", "--skip-checks", "-v", "0"]
            environment = os.environ | {"ENDPOINT_DATABASE_ROLE": "owner"}
            ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stderr[-4000:]
            _close_to_all(addresses.DATABASE)
    return addresses.DATABASE


def kept_database(name: str, fill: Callable[[str], object], template: str = addresses.DATABASE) -> str:
    """A further template: `template` with what `fill(its name)` enters, made once a run by the worker that asks first.

    Django is at the schema afterwards.
    """
    with _once(name) as first:
        if first:
            with another_database(addresses.DATABASE, template) as filled:
                fill(filled)
                _clone(name, filled)
                _close_to_all(name)
    return name


def _close_to_all(name: str) -> None:
    with _superuser() as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))


def _clone(name: str, template: str) -> None:
    """Copies its files as they are: less than half the work of copying page by page through the log."""
    from django.db import connections

    # A template takes no connections while it is copied.
    connections.close_all()
    if connections["default"].pool:
        connections["default"].close_pool()
    words = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy")
    with _superuser() as connection:
        connection.execute(
            words.format(sql.Identifier(name), sql.Identifier(template), sql.Identifier(addresses.OWNER))
        )


def _point_django_at(name: str) -> None:
    from django.db import connection

    connection.close()
    if connection.pool:
        connection.close_pool()
    connection.settings_dict["NAME"] = name


@pytest.fixture
def database(request: pytest.FixtureRequest, template_database: str) -> Iterator[str]:
    """A fresh clone of the schema, of the fixed cast where the test asks for `cast`; yields its name.

    Django is connected to it as the application's role.
    """
    from tests.cast import cast_of

    template = kept_database("cast", lambda _: cast_of()) if "cast" in request.fixturenames else template_database
    with another_database(template_database, template) as name:
        yield name


@contextmanager
def another_database(back_to: str, template: str = addresses.DATABASE) -> Iterator[str]:
    """One more clone, for a test that needs a second study, empty or as in `template`; then Django is at `back_to`."""
    from django.db import connections

    name = f"test_{uuid.uuid4().hex[:12]}"
    _clone(name, template)
    _point_django_at(name)
    yield name
    connections.close_all()
    _point_django_at(back_to)
    with _superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database_owner(database: str) -> Iterator[psycopg.Connection]:
    """A psycopg connection (autocommit) to this test's clone as the owner: for what the application may never do."""
    with psycopg.connect(
        host=addresses.socket_directory(), user=addresses.OWNER, dbname=database, autocommit=True
    ) as connection:
        yield connection


class _ThreadedServer(socketserver.ThreadingMixIn, WSGIServer):
    # Closing waits for requests under way: one that outlived its test would open the pool anew on a dropped database.
    daemon_threads = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.open: set[socket.socket] = set()

    def process_request(self, request: Any, address: Any) -> None:
        self.open.add(request)
        super().process_request(request, address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def hear_no_more(self) -> None:
        """Ends the spare connections that a browser keeps for a minute, on which it has asked nothing."""
        for each in tuple(self.open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RD)


class _Silent(WSGIRequestHandler):
    def log_message(self, *words: Any) -> None:
        """Requests are not printed between the tests' dots."""


@pytest.fixture
def live_server_url(database: str) -> Iterator[str]:
    """The whole product on a free port of this machine, on this test's clone: for a real browser."""
    with served() as address:
        yield address


@contextmanager
def served() -> Iterator[str]:
    """The product on a free port; its address."""
    from django.core.wsgi import get_wsgi_application

    server = _ThreadedServer(("127.0.0.1", 0), _Silent)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.hear_no_more()
    server.server_close()
    thread.join(5)
