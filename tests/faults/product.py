"""The whole product on a data folder of its own, its processes by name, and the killing of them."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg

from trial.runtime.addresses import APPLICATION, DATABASE
from trial.runtime.postgres import SUPERUSER, socket_folder
from trial.runtime.supervisor import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("ENDPOINT_", "DATABASE_", "CELERY_", "DJANGO_")
# Embedded, the broker's queue lives in the same PostgreSQL: a kill of the database takes both.
KINDS = ("web worker", "web master", "worker", "beat", "database backend", "database and broker")


class Product:
    """Started by the supervisor, as `run.py` does, with an empty record and a database that syncs to disk."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port(0, fixed=False)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = clean | {"ENDPOINT_DATA": str(data), "ENDPOINT_DEMO": "no", "ENDPOINT_PORT": str(self.port)}
        self.running: subprocess.Popen[str] | None = None
        self.said: list[str] = []

    def start(self) -> None:
        """Returns once the first page answers; what the supervisor says from then on is kept in `said`."""
        self.running = subprocess.Popen(
            [sys.executable, "-m", "trial.runtime"], cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self.running.stdout is not None
        for line in self.running.stdout:
            self.said.append(line)
            if "Endpoint is ready" in line:
                self.listening = threading.Thread(target=self._listen, daemon=True)
                self.listening.start()
                return
        raise AssertionError("".join(self.said))

    def stop(self) -> None:
        """Ctrl-C."""
        if self.running is not None and self.running.poll() is None:
            self.running.send_signal(signal.SIGINT)
            self.running.wait(60)
        if self.running is not None and self.running.stdout is not None:
            self.listening.join(10)
            self.running.stdout.close()

    def database(self) -> psycopg.Connection:
        """A look at the tables from outside the product. Raises psycopg.Error while the database is down."""
        sockets = str(socket_folder(self.data / "postgres"))
        return psycopg.connect(host=sockets, user=SUPERUSER, dbname=DATABASE, autocommit=True)

    def process(self, kind: str, chance: random.Random) -> int | None:
        """The id of a process of this kind; None while there is none."""
        assert self.running is not None
        own = children(self.running.pid)
        if kind == "web worker":
            return one_of([child for pid in own if " gunicorn " in command_of(pid) for child in children(pid)], chance)
        if kind == "database and broker":
            return self._postmaster()
        if kind == "database backend":
            words = f"postgres: {APPLICATION} {DATABASE} "
            backends = children(self._postmaster() or 0)
            return one_of([pid for pid in backends if command_of(pid).startswith(words)], chance)
        words = {"web master": " gunicorn ", "worker": " worker ", "beat": " beat "}[kind]
        return one_of([pid for pid in own if words in command_of(pid)], chance)

    def is_ready(self, kind: str) -> bool:
        """Whether what was started again has come up; here a save tells."""
        return True

    def kill(self, kind: str, chance: random.Random) -> int:
        """kill -9; returns the id of the process that is no more."""
        for _ in range(200):
            found = self.process(kind, chance)
            if found is not None:
                os.kill(found, signal.SIGKILL)
                return found
            time.sleep(0.05)
        raise AssertionError(f"there is no {kind} to kill")

    def _postmaster(self) -> int | None:
        try:
            return int((self.data / "postgres" / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _listen(self) -> None:
        assert self.running is not None and self.running.stdout is not None
        self.said.extend(self.running.stdout)


def one_of(found: list[int], chance: random.Random) -> int | None:
    """One of these processes; None where there is none."""
    return chance.choice(found) if found else None


def command_of(pid: int) -> str:
    """The words that a process was started with; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def children(of: int) -> list[int]:
    """The processes that a process started."""
    found = []
    for place in Path("/proc").iterdir():
        try:
            if place.name.isdigit() and int((place / "stat").read_text().rpartition(")")[2].split()[1]) == of:
                found.append(int(place.name))
        except OSError:
            continue
    return found
