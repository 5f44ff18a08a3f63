"""PostgreSQL over TCP with passwords, as the image of compose makes it: `initdb`, then trial/runtime/first_start.sh."""

import os
import subprocess
from pathlib import Path

from trial.runtime.postgres import SUPERUSER, Server, binaries

ROOT = Path(__file__).resolve().parent.parent.parent


class TcpServer(Server):
    """Started by `command` (that of the service) on a port of 127.0.0.1."""

    def __init__(self, data: Path, log: Path, port: int, secrets: Path, environment: dict[str, str]) -> None:
        """`environment` is that of the service: where its secrets are, and what initdb is told."""
        super().__init__(data, log)
        self.port, self.secrets, self.environment = port, secrets, environment

    def make(self) -> None:
        """The cluster of databases, its roles and the empty database of the product."""
        self._private_folder(self.sockets)
        self._private_folder(self.data)
        words = [binaries() / "initdb", "-D", self.data, "-U", SUPERUSER, "-A", "scram-sha-256",
                 f"--pwfile={self.secrets / 'postgres_password'}", "--no-sync",
                 *self.environment["POSTGRES_INITDB_ARGS"].split()]  # fmt: skip
        done = self._run(subprocess.run, words, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()

    def words(self, command: list[str]) -> list[str]:
        """What the service runs, here: the wheel's program on this folder and port."""
        plain = [f"--reuid={self._as['user']}", f"--regid={self._as['group']}", "--clear-groups"] if self._as else []
        # The change of user clears what ends it with its parent: said again.
        become = ["setpriv", "--pdeathsig=INT", *plain] if plain else self._prefix  # PostgreSQL does not run as root
        return [*become, str(binaries() / command[0]), *command[1:], "-D", str(self.data), "-h", "127.0.0.1",
                "-p", str(self.port), "-k", str(self.sockets)]  # fmt: skip

    def first_start(self) -> None:
        """The script that the image runs once."""
        password = (self.secrets / "postgres_password").read_text()
        done = subprocess.run(
            ["bash", str(ROOT / "trial/runtime/first_start.sh")], capture_output=True, text=True, check=False,
            env={**os.environ, **self.environment, "POSTGRES_USER": SUPERUSER, "PGHOST": "127.0.0.1",
                 "PGPORT": str(self.port), "PGPASSWORD": password,
                 "PATH": f"{binaries()}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
