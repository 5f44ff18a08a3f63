"""PostgreSQL over TCP, broker, nginx with TLS, two web machines, three workers and beat, in production settings.

What each runs and with which environment is read from docker-compose.yml; only addresses and folders are of this
machine (`Cluster.here`). A part that dies is started again, as `restart: unless-stopped` does.
"""

import contextlib
import os
import random
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.cluster.compose import filled, services
from tests.cluster.mail import MailServer
from tests.cluster.server import TcpServer
from tests.faults.product import OURS, children, command_of, one_of
from trial.runtime.addresses import APPLICATION, DATABASE
from trial.runtime.postgres import SUPERUSER
from trial.runtime.supervisor import Part, free_port, tail

ROOT = Path(__file__).resolve().parent.parent.parent
WEBS = ("web 1", "web 2")
WORKERS = ("worker-now", "worker-sweep", "worker-long")
PROGRAM = (*WEBS, *WORKERS, "beat")
KINDS = (*WEBS, *WORKERS, "beat", "valkey", "nginx", "database backend", "postgres")
# A deployment says these; everything else is compose's own.
GIVEN = {"ENDPOINT_HOSTS": "localhost", "ENDPOINT_MAIL_FROM": "endpoint@localhost"}
SWEEP_SECONDS = "5"


def missing() -> str:
    """Which programs of the machine are not there; empty when all are."""
    wanted = {"nginx": nginx(), "valkey-server or redis-server": broker(), "openssl": shutil.which("openssl")}
    return ", ".join(name for name, found in wanted.items() if found is None)


def nginx() -> str | None:
    """Debian keeps it where a normal user does not look."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


def broker() -> str | None:
    """Valkey, or Redis where there is none."""
    return shutil.which("valkey-server") or shutil.which("redis-server")


class Cluster:
    """The product on servers; `product` of a campaign (tests.faults.campaign)."""

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        """Nothing runs yet; `folder` holds everything that the servers keep. root: the checkout that they run."""
        self.folder, self.services, self.root = folder, services(), root
        wanted = (*WEBS, "postgres", "valkey", "https", "http", "mail")
        self.ports = {name: free_port(0, fixed=False) for name in wanted}
        self.address = f"https://localhost:{self.ports['https']}"
        self.parts: dict[str, Part] = {}
        self.starts: Counter[str] = Counter()
        self.left_dead: set[str] = set()
        self.said: list[str] = []
        self._stops = threading.Event()
        for name in ("backups", "files", "schedule", "secrets", "logs", "static"):
            (folder / name).mkdir()

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that looks on from beside: that of the web server."""
        return self.environment_of("web")

    def environment_of(self, service: str) -> dict[str, str]:
        """That of compose, on this machine."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        own = {name: self.here(filled(words, {**GIVEN, "ENDPOINT_URL": self.address}))
               for name, words in self.services[service].environment.items()}  # fmt: skip
        return clean | own | {
            "ENDPOINT_STATIC_ROOT": str(self.folder / "static"), "PYTHONUNBUFFERED": "1",
            "ENDPOINT_SWEEP_SECONDS": SWEEP_SECONDS, "SSL_CERT_FILE": str(self.certificate),
        }  # fmt: skip

    def here(self, words: str) -> str:
        """A text of compose with the addresses and folders of this machine."""
        if words in ("/backups", "/files"):
            return str(self.folder) + words
        for written, found in {
            "@postgres:5432": f"@127.0.0.1:{self.ports['postgres']}",
            "//valkey:6379": f"//127.0.0.1:{self.ports['valkey']}",
            "/run/secrets/": f"{self.folder}/secrets/", "/schedule/": f"{self.folder}/schedule/",
            "/tmp/beat.pid": f"{self.folder}/beat.pid",
        }.items():  # fmt: skip
            words = words.replace(written, found)
        return words

    @property
    def certificate(self) -> Path:
        """Of the proxy and of the mail server, signed by itself."""
        return self.folder / "proxy.pem"

    def start(self) -> None:
        """Everything in the order of compose; returns once the proxy answers. Raises AssertionError in words."""
        self._secrets()
        self._certificate()
        self.mail = MailServer(self.certificate, self.folder / "proxy.key", self.ports["mail"])
        self._database()
        self._part("valkey", self._broker_words())
        self.migrate()
        for name in PROGRAM:
            self._program(name)
        self._part("nginx", self._proxy_words())
        threading.Thread(target=self._watch, daemon=True).start()
        self._wait_for_workers()

    def migrate(self) -> None:
        """Brings database and static files to the checkout that `root` names, whatever runs meanwhile."""
        self.manage("migrate", "-v", "0", service="migrate")
        self.manage("collectstatic", "--noinput", "-v", "0")

    def replace(self, name: str) -> None:
        """Ends a part as a deployment does, and starts it from the checkout that `root` names."""
        self.left_dead.add(name)
        part = self.parts[name]
        part.ask_to_stop()
        part.stop(time.monotonic() + 60)
        self.starts[name] = 0
        self._program(name)
        self.left_dead.discard(name)
        self._until(lambda: _listens(self.ports[name]) if name in WEBS else self.is_ready(name), name)

    def manage(self, *words: str, service: str = "web") -> str:
        """What `docker compose exec SERVICE python manage.py …` would print. Raises AssertionError with its error."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=self.root, env=self.environment_of(service), text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"manage.py {words[0]}: {done.stdout[-1500:]} {done.stderr[-1500:]}"
        return done.stdout + done.stderr

    def stop(self) -> None:
        """Everything at once: what is kept goes with the folder. Safe to call at any moment."""
        self._stops.set()
        for name, part in self.parts.items():
            if part.process is not None and part.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    # PostgreSQL ends its own processes; of all others each group is one.
                    os.killpg(part.process.pid, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)
            part.stop(time.monotonic() + 20)
        if hasattr(self, "mail"):
            self.mail.stop()

    def database(self, name: str = DATABASE) -> psycopg.Connection:
        """A look at the tables from outside the product. Raises psycopg.Error while the database is down."""
        return psycopg.connect(
            host="127.0.0.1", port=self.ports["postgres"], user=SUPERUSER, dbname=name, autocommit=True,
            password=(self.folder / "secrets" / "postgres_password").read_text(), connect_timeout=3,
        )  # fmt: skip

    def process(self, kind: str, chance: random.Random) -> int | None:
        """The id of a process of this kind; None while there is none."""
        if kind == "database backend":
            words = f"postgres: {APPLICATION} {DATABASE} "
            own = self.parts["postgres"].process
            return one_of([pid for pid in children(own.pid if own else 0) if command_of(pid).startswith(words)], chance)
        part = self.parts[kind]
        return part.process.pid if part.is_alive and part.process else None

    def is_ready(self, kind: str) -> bool:
        """Whether what was started again has come up: a worker takes a while until it listens to its queue."""
        said = self.parts[kind].log.read_text(errors="replace") if kind in WORKERS else ""
        return kind not in WORKERS or said.count(" ready.") >= self.starts[kind]

    def kill(self, kind: str, chance: random.Random) -> int:
        """kill -9 of the process, and with a server of processes of all of them: a machine that goes out."""
        for _ in range(200):
            found = self.process(kind, chance)
            if found is not None:
                if kind == "database backend" or kind == "postgres":
                    os.kill(found, signal.SIGKILL)
                else:
                    os.killpg(found, signal.SIGKILL)
                return found
            time.sleep(0.05)
        raise AssertionError(f"there is no {kind} to kill")

    @contextlib.contextmanager
    def failing(self, kind: str, hangs: bool) -> Iterator[None]:
        """Meanwhile it hangs (it accepts connections and says no word), or is dead."""
        self.left_dead.add(kind)
        if hangs:
            found = self.process(kind, random.Random(0))
            assert found is not None
            os.kill(found, signal.SIGSTOP)
            yield
            os.kill(found, signal.SIGCONT)
        else:
            self.kill(kind, random.Random(0))
            yield
        self.left_dead.discard(kind)

    def restart_database(self) -> float:
        """A restart as its operator makes it; when it answered again, by `time.monotonic`."""
        process = self.parts["postgres"].process
        assert process is not None
        process.send_signal(signal.SIGINT)
        process.wait(60)
        self._until(lambda: _connects(self, "postgres"), "postgres")
        return time.monotonic()

    def trusts(self) -> ssl.SSLContext:
        """For a client that knows the certificate of the proxy."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def _secrets(self) -> None:
        place = self.folder / "secrets"
        for name in ("postgres_password", "owner_password", "app_password", "drill_password", "secret_key"):
            (place / name).write_text(secrets.token_hex(32))
        for name in ("oidc_secret", "tsa_certificates"):
            (place / name).touch()
        (place / "mail_url").write_text(f"smtps://localhost:{self.ports['mail']}")

    def _certificate(self) -> None:
        words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                 "-addext", "subjectAltName=DNS:localhost", "-keyout", str(self.folder / "proxy.key"),
                 "-out", str(self.certificate)]  # fmt: skip
        subprocess.run(words, check=True, capture_output=True)

    def _database(self) -> None:
        service, log = self.services["postgres"], self.folder / "logs" / "postgres.log"
        environment = {name: self.here(words) for name, words in service.environment.items()}
        server = TcpServer(self.folder / "postgres", log, self.ports["postgres"], self.folder / "secrets", environment)
        server.make()
        self._part("postgres", server.words(service.command))
        self._until(lambda: _connects(self, "postgres"), "postgres")
        server.first_start()

    def _broker_words(self) -> list[str]:
        found = broker()
        assert found is not None
        return [found, *self.services["valkey"].command[1:], "--port", str(self.ports["valkey"]), "--bind", "127.0.0.1",
                "--dir", str(self.folder)]  # fmt: skip

    def _program(self, name: str) -> None:
        """Starts a part of the product: `python`, `celery` and `gunicorn` of this virtual environment."""
        service = "web" if name in WEBS else name
        program, *words = self.services[service].command
        words = [self.here(word) for word in words]
        if name in WEBS:
            words = [word.replace("0.0.0.0:8000", f"127.0.0.1:{self.ports[name]}") for word in words]
        module = {"celery": ["-m", "celery"], "gunicorn": ["-m", "gunicorn"], "python": []}[program]
        self._part(name, ["env", "-C", str(self.root), sys.executable, *module, *words], service)

    def _proxy_words(self) -> list[str]:
        """nginx with the server of docs/nginx.conf, on ports and certificates of this machine."""
        written = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
        webs = "\n".join(f"    server 127.0.0.1:{self.ports[name]};" for name in WEBS)
        for words, found in {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.ports['https']} ssl;",
            "listen 80;": f"listen 127.0.0.1:{self.ports['http']};", "trial.example;": "localhost;",
            "/etc/ssl/localhost.pem": str(self.certificate), "/etc/ssl/trial.example.pem": str(self.certificate),
            "/etc/ssl/private/trial.example.key": str(self.folder / "proxy.key"),
            "    server 127.0.0.1:8000;": webs,
        }.items():  # fmt: skip
            written = written.replace(words, found)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "\n".join(f"{kind}_temp_path {self.folder}/nginx-{kind};" for kind in kinds)
        main = (f"daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log stderr warn;\n"
                + ("user root;\n" if os.getuid() == 0 else "")
                + f"events {{}}\nhttp {{\naccess_log off;\n{places}\n{written}\n}}\n")  # fmt: skip
        (self.folder / "nginx.conf").write_text(main, encoding="utf-8")
        found = nginx()
        assert found is not None
        return [found, "-p", str(self.folder), "-e", "stderr", "-c", str(self.folder / "nginx.conf")]

    def _part(self, name: str, words: list[str], service: str = "") -> None:
        environment = self.environment_of(service) if service else dict(os.environ)
        log = self.folder / "logs" / f"{name.replace(' ', '_')}.log"
        self.parts[name] = Part(name, words, log, environment, signal.SIGKILL)
        self.parts[name].start()
        self.starts[name] += 1

    def _watch(self) -> None:
        while not self._stops.wait(0.2):
            for name, part in self.parts.items():
                if not part.is_alive and name not in self.left_dead and not self._stops.is_set():
                    self.said.append(part.obituary())
                    part.start_again()
                    self.starts[name] += 1

    def _wait_for_workers(self) -> None:
        """Each says that it is ready; the proxy answers by itself."""
        for name in WORKERS:
            self._until(lambda name=name: self.is_ready(name), name)
        for name in WEBS:
            self._until(lambda name=name: _listens(self.ports[name]), name)
        self._until(lambda: _listens(self.ports["https"]), "nginx")

    def _until(self, holds: Any, name: str, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.Error, OSError):
                if holds():
                    return
            time.sleep(0.1)
        raise AssertionError(f"{name} did not start:\n{tail(name, self.parts[name].log)}")


def _connects(cluster: Cluster, database: str) -> bool:
    with cluster.database(database) as connection:
        return connection.execute("SELECT 1").fetchone() is not None


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
