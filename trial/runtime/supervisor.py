"""Starts PostgreSQL, web, worker and beat, watches them, and leaves nothing running behind.

Ctrl-C or SIGTERM: web, worker and beat stop, then PostgreSQL. A killed supervisor takes its children with it (Linux).
A part that dies is shown with the last lines of its log and started again, as a server would do. One that dies within
ten seconds of its start five times running has a lasting reason: then everything stops, half a product helps nobody.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import IO

from trial.refused import Refused
from trial.runtime import addresses, roles
from trial.runtime.postgres import Server, die_with_parent

YOUNG_SECONDS = 10
MOST_YOUNG_DEATHS = 5
# A busy machine takes its time to start the web processes; one that dies meanwhile is noticed at once.
START_SECONDS = 120


class Part:
    """`words` is the command; its output goes to `log`, anew at the first start, added to at every further one."""

    def __init__(
        self, name: str, words: list[str], log: Path, environment: Mapping[str, str],
        at_parents_death: int = signal.SIGTERM,
    ) -> None:  # fmt: skip
        """Nothing runs yet. `at_parents_death` is the signal it gets when the supervisor dies (Linux)."""
        self.name, self.words, self.log = name, words, log
        self.environment, self.at_parents_death = environment, at_parents_death
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at, self.young_deaths = 0.0, 0
        log.write_bytes(b"")

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Starts the process."""
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.words,
                cwd=addresses.CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(self.at_parents_death),
            )

    def start_again(self) -> None:
        """After its death; raises Refused when it has died young too often running."""
        died_young = time.monotonic() - self.started_at < YOUNG_SECONDS
        self.young_deaths = self.young_deaths + 1 if died_young else 0
        if self.young_deaths >= MOST_YOUNG_DEATHS:
            raise Refused(f"{self.name} died within {YOUNG_SECONDS} seconds of its start {MOST_YOUNG_DEATHS} times "
                            f"running.\n{tail(self.name, self.log)}")  # fmt: skip
        self._kill_group()  # what it leaves behind, such as web's children, would hold the port
        self.start()

    def obituary(self) -> str:
        """What the person at the terminal is told."""
        code = self.process.returncode if self.process else None
        return f"{self.name} stopped by itself (exit {code}) and is started again.\n{tail(self.name, self.log)}"

    def ask_to_stop(self) -> None:
        """SIGTERM, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Waits until the deadline (`time.monotonic`), then kills."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._kill_group()
            self.process.wait()

    def _kill_group(self) -> None:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def tail(name: str, log: Path) -> str:
    """The last 20 lines of a log, each with the name of its part."""
    lines = log.read_text(errors="replace").splitlines()[-20:]
    return "\n".join(f"  {name}: {line}" for line in lines)


LOGS = "logs"
# Web processes at most: 8 pools of 10 connections, beside worker, clock and commands, of the server's 120.
MOST_WEB = 8


class Stop(Exception):
    """Somebody asked everything to stop."""


class Supervisor:
    """One running product. `data` holds the database, the logs and the lock against a second instance."""

    def __init__(self, data: Path = addresses.DATA) -> None:
        """`data` is made at first start."""
        self.data = data
        self.logs = data / LOGS
        self.server: Server | None = None
        self.parts: list[Part] = []
        self.environment = os.environ | {"DJANGO_SETTINGS_MODULE": "trial.settings", "PYTHONUNBUFFERED": "1"}
        self._lock: IO[str] | None = None

    def start(self) -> str:
        """Brings everything up in order and returns the URL. Raises Refused with the reason."""
        self.start_database()
        say("Bringing the schema up to date")
        self._manage("migrate", "-v", "0", "--skip-checks", ENDPOINT_DATABASE_ROLE="owner")
        if "DATABASE_URL" not in os.environ:
            self._load_demo()
        port = free_port(int(os.environ.get("ENDPOINT_PORT", "8000")), fixed="ENDPOINT_PORT" in os.environ)
        self._start_product(port)
        address = f"http://127.0.0.1:{port}/"
        self._wait_for(address + "status/live")
        return address

    def start_database(self) -> None:
        """The folders, the lock and the embedded PostgreSQL, if it is one. Raises Refused with the reason."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        self._only_one()
        if "DATABASE_URL" not in os.environ:
            self._start_postgres()

    def watch(self) -> None:
        """Returns never; raises Refused when something dies for good."""
        while True:
            self.look()
            time.sleep(0.3)

    def look(self) -> None:
        """Starts again what has died, PostgreSQL first; raises Refused for what died young too often."""
        if self.server is not None and not self.server.is_alive:
            self._postgres_again()
        for part in self.parts:
            if not part.is_alive:
                say(part.obituary())
                part.start_again()

    def stop(self) -> None:
        """Stops the children together, then PostgreSQL. Safe to call at any moment, and twice."""
        for part in self.parts:
            part.ask_to_stop()
        deadline = time.monotonic() + 10
        for part in self.parts:
            part.stop(deadline)
        if self.server is not None:
            self.server.stop()

    def _only_one(self) -> None:
        self._lock = (self.data / "supervisor.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused("Endpoint already runs from this folder. Stop that one first (Ctrl-C there).") from None

    def _start_postgres(self) -> None:
        say("Starting PostgreSQL")
        self.server = Server(self.data / "postgres", self.logs / "postgres.log")
        self.server.log.touch()
        self.server.start()
        self.environment["ENDPOINT_SOCKET_DIRECTORY"] = str(self.server.sockets)
        roles.prepare(str(self.server.sockets))

    def _postgres_again(self) -> None:
        """What is left of the old server may hold its memory for a moment; raises Refused after half a minute."""
        assert self.server is not None
        say("postgres stopped by itself and is started again; it recovers everything that was committed.\n"
            + tail("postgres", self.server.log))  # fmt: skip
        deadline = time.monotonic() + 30
        while True:
            try:
                self.server.start()
                return
            except Refused:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)

    def _load_demo(self) -> None:
        """Once: the mark is set only after it succeeded, and the command itself refuses a record in use."""
        mark = self.data / "demo_loaded"
        if mark.exists() or os.environ.get("ENDPOINT_DEMO") == "no":
            return
        say("Loading the demo cohort (invented people)")
        self._manage("load_demo", tells=say)
        mark.touch()

    def _manage(self, *words: str, tells: Callable[[str], None] | None = None, **environment: str) -> str:
        """What a command prints. tells: called with each line as it comes. Raises Refused with its last words."""
        running = subprocess.Popen(
            [sys.executable, str(addresses.CHECKOUT / "manage.py"), *words],
            cwd=addresses.CHECKOUT,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        assert running.stdout is not None and running.stderr is not None
        said = []
        with running, ThreadPoolExecutor(1) as beside:
            errors = beside.submit(running.stderr.read)
            for line in running.stdout:
                said.append(line)
                if tells is not None:
                    tells(line.rstrip())
        if running.returncode:
            raise Refused(f"manage.py {words[0]} failed:\n{(''.join(said) + errors.result())[-3000:]}")
        return "".join(said)

    def _start_product(self, port: int) -> None:
        self.environment.setdefault("ENDPOINT_URL", f"http://127.0.0.1:{port}")
        python = sys.executable
        queue = [python, "-m", "celery", "-A", "trial.celery"]
        web = [python, "-m", "gunicorn", "trial.wsgi", "-b", f"127.0.0.1:{port}",
               "-k", "trial.runtime.web_worker.PatientWorker", "-w", str(web_processes()),
               "--threads", "8", "--graceful-timeout", "3", "--no-control-socket"]  # fmt: skip
        worker = [*queue, "worker", "-P", "threads", "-c", "1", "-Q", "now,sweep,long", "--without-mingle",
                  "--without-gossip", "--without-heartbeat", "-l", "INFO"]  # fmt: skip
        beat = [*queue, "beat", "-s", str(self.data / "beat-schedule"), "--pidfile=", "-l", "INFO"]
        self._part("web", web, signal.SIGTERM)
        self._part("worker", worker, signal.SIGKILL)
        self._part("beat", beat, signal.SIGKILL)

    def _part(self, name: str, words: list[str], at_parents_death: int) -> None:
        part = Part(name, words, self.logs / f"{name}.log", self.environment, at_parents_death)
        self.parts.append(part)
        part.start()

    def _wait_for(self, address: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for part in self.parts:
                if not part.is_alive:
                    raise Refused(f"{part.name} did not start.\n{tail(part.name, part.log)}")
            try:
                urllib.request.urlopen(address, timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise Refused(f"The web server does not answer.\n{tail('web', self.logs / 'web.log')}")

    def sign_ins(self) -> str:
        """The demo's people and passwords; empty with real servers."""
        return self._manage("demo_sign_ins") if (self.data / "demo_loaded").exists() else ""


def web_processes() -> int:
    """How many web processes share the socket: one for each core, unless ENDPOINT_WEB_PROCESSES says how many.

    At most so many that their pools of connections stay below what PostgreSQL takes. Raises Refused.
    """
    named = os.environ.get("ENDPOINT_WEB_PROCESSES", "")
    if not named:
        return max(1, min(len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1, MOST_WEB))
    if not named.isascii() or not named.isdigit() or not 1 <= int(named) <= MOST_WEB:
        raise Refused(f"ENDPOINT_WEB_PROCESSES is the number of web processes, 1 to {MOST_WEB}.")
    return int(named)


def free_port(wanted: int, fixed: bool) -> int:
    """The port wanted, else any free one. Raises Refused when a port that was named is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
            except OSError:
                if fixed:
                    raise Refused(f"Port {wanted} is taken. Name another with ENDPOINT_PORT.") from None
    raise Refused("No port is free.")


def say(words: str) -> None:
    """One line to the person at the terminal, at once."""
    print(words, flush=True)


def _asked_to_stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def main() -> int:
    """Runs until stopped. Returns 0 after Ctrl-C or SIGTERM, 1 with the reason on stderr otherwise."""
    # Stated, since a shell that starts it in the background hands Ctrl-C down as ignored.
    signal.signal(signal.SIGINT, _asked_to_stop)
    signal.signal(signal.SIGTERM, _asked_to_stop)
    signal.signal(signal.SIGHUP, _asked_to_stop)
    running = Supervisor(Path(os.environ.get("ENDPOINT_DATA", addresses.DATA)))
    try:
        address = running.start()
        say(f"\nEndpoint is ready: {address}\n\n{running.sign_ins()}\nCtrl-C stops everything.")
        running.watch()
    except (KeyboardInterrupt, Stop):
        say("\nStopping")
        return 0
    except (Refused, OSError) as reason:
        print(reason, file=sys.stderr, flush=True)
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave the database running
        running.stop()
    return 0
