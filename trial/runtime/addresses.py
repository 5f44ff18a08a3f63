"""Where the database and the broker are: real servers from the environment, else the embedded ones.

Environment: DATABASE_URL (application's role), DATABASE_OWNER_URL (the role that migrates), CELERY_BROKER_URL,
or ENDPOINT_SOCKET_DIRECTORY and ENDPOINT_DATABASE_NAME for the embedded server.
ENDPOINT_DATABASE_ROLE is `app` (default) or `owner`. ENDPOINT_SWEEP_SECONDS is the interval of the sweep.
A file named by DATABASE_URL_FILE holds the same as DATABASE_URL, and so on (`SECRETS`).
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# Each may come from a file instead, named by NAME_FILE: what stands in the environment is shown by many tools.
SECRETS = ("ENDPOINT_SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "ENDPOINT_DRILL_DATABASE_URL",
           "ENDPOINT_MAIL_URL", "CELERY_BROKER_URL", "ENDPOINT_APP_PASSWORD", "ENDPOINT_OWNER_PASSWORD",
           "ENDPOINT_DRILL_PASSWORD", "ENDPOINT_OIDC_SECRET")  # fmt: skip
for _name in SECRETS:
    if _place := os.environ.get(f"{_name}_FILE"):
        os.environ.setdefault(_name, Path(_place).read_text(encoding="utf-8").strip())

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("ENDPOINT_DATA", CHECKOUT / ".data"))
OWNER = "endpoint_owner"
APPLICATION = "endpoint_app"
# Where the password of a role stands when its address has none.
PASSWORDS = {OWNER: "ENDPOINT_OWNER_PASSWORD", APPLICATION: "ENDPOINT_APP_PASSWORD",
             "endpoint_drill": "ENDPOINT_DRILL_PASSWORD"}  # fmt: skip
DATABASE = "endpoint"
QUEUE = "endpoint_queue"
SWEEP_SECONDS = float(os.environ.get("ENDPOINT_SWEEP_SECONDS", "60"))
# What may follow `?` in an address of the database: the driver's words about TLS and about dead connections.
DRIVER_OPTIONS = frozenset({
    "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "ssl_min_protocol_version", "sslnegotiation",
    "channel_binding", "require_auth", "gssencmode", "connect_timeout", "application_name", "target_session_attrs",
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
})  # fmt: skip
# How long a session of web or worker may hang: on one statement, on a lock, idle with a transaction open. The server
# ends it; one whose machine has vanished is found by keepalives. The owner, who migrates, waits as long as it takes.
SESSION_LIMITS = {
    "statement_timeout": "300s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "300s",
    "tcp_keepalives_idle": "30s", "tcp_keepalives_interval": "10s", "tcp_keepalives_count": "3",
}  # fmt: skip
# Stated by each session: one set for the role, which every role may do for itself, is not followed.
SEARCH_PATH = "public,pg_temp"
KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}
# A broker that does not answer is given up after this, by whoever waits for it.
BROKER_PATIENCE_SECONDS = 2


def socket_directory() -> str:
    """The folder of the embedded server's socket; the place a running supervisor uses when nothing is said."""
    from trial.runtime.postgres import socket_folder

    return os.environ.get("ENDPOINT_SOCKET_DIRECTORY") or str(socket_folder(DATA / "postgres"))


def database() -> dict[str, Any]:
    """Django's connection settings for the role asked for. Raises ValueError for an unknown role or address."""
    role = os.environ.get("ENDPOINT_DATABASE_ROLE", "app")
    if role not in {"app", "owner"}:
        raise ValueError(f"ENDPOINT_DATABASE_ROLE is app or owner, not {role!r}.")
    limits = {"search_path": SEARCH_PATH} | (SESSION_LIMITS if role == "app" else {})
    found: dict[str, Any] = {
        "ENGINE": "trial.runtime.database",
        "OPTIONS": {
            **KEEPALIVES,
            "connect_timeout": 5,
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    }
    url = os.environ.get("DATABASE_URL")
    if role == "owner" and url:
        url = os.environ.get("DATABASE_OWNER_URL", url)
    if url:
        row = from_url(url)
        return found | row | {"OPTIONS": found["OPTIONS"] | row["OPTIONS"]}
    return found | {
        "NAME": os.environ.get("ENDPOINT_DATABASE_NAME", DATABASE),
        "USER": OWNER if role == "owner" else APPLICATION,
        "HOST": socket_directory(),
    }


def connection() -> dict[str, Any]:
    """The words that the driver connects with as the role asked for, beside Django. Raises ValueError."""
    return driver_words(database())


def driver_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """The driver's words for one entry of Django's DATABASES, without the pool."""
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    words = {word: row[name] for word, name in names.items() if row.get(name)}
    return words | {name: value for name, value in row.get("OPTIONS", {}).items() if name in DRIVER_OPTIONS}


def owner() -> dict[str, Any]:
    """The real server as the role that owns the tables; as the application's where no other is named."""
    return from_url(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])


def from_url(url: str) -> dict[str, Any]:
    """Name, user, password, host, port and options of a database address. Raises ValueError for anything else.

    An option is handed to the driver as it stands; one that this program does not know is refused, never dropped.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.hostname:
        raise ValueError("A database address reads postgresql://name:password@host:5432/database.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - DRIVER_OPTIONS) or [name for name, value in options.items() if not value]:
        raise ValueError(f"The database address has an option that cannot be used: {', '.join(unknown)}. "
                         f"Options are {', '.join(sorted(DRIVER_OPTIONS))}, each with a value.")  # fmt: skip
    return {
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or "") or os.environ.get(PASSWORDS.get(parts.username or "", ""), ""),
        "HOST": unquote(parts.hostname),
        "PORT": str(parts.port or 5432),
        "OPTIONS": options,
    }


def broker() -> tuple[str, dict[str, Any]]:
    """The broker's address and its transport options: Redis or Valkey when named, else queues in PostgreSQL.

    A message not finished within half an hour is given again; the sweep repairs what was lost long before.
    """
    url = os.environ.get("CELERY_BROKER_URL")
    if url:
        return url, {
            "visibility_timeout": 1800,
            "socket_connect_timeout": BROKER_PATIENCE_SECONDS,
            "socket_timeout": BROKER_PATIENCE_SECONDS,
            "socket_keepalive": True,
        }
    place = f"host={socket_directory()} dbname={QUEUE} user={APPLICATION}"
    return "pgmq://", {
        "conn_string": place,
        "init_extension": False,
        "polling_interval": 0.1,
        "wait_time_seconds": 0,
        "visibility_timeout": 1800,
    }


def embedded_secret() -> str:
    """The secret of this checkout, made at first use and readable by its owner only."""
    place = DATA / "secret_key"
    if not place.exists():
        DATA.mkdir(exist_ok=True)
        draft = DATA / f"secret_key.{os.getpid()}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, place)  # whoever comes first wins; nobody reads half a secret
        except FileExistsError:
            pass
        draft.unlink()
    return place.read_text(encoding="ascii")
