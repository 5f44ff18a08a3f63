"""Where the database and the broker are: real servers from the environment, else the embedded ones.

Environment: DATABASE_URL (application's role), DATABASE_OWNER_URL (the role that migrates), CELERY_BROKER_URL,
or ENDPOINT_SOCKET_DIRECTORY and ENDPOINT_DATABASE_NAME for the embedded server.
ENDPOINT_DATABASE_ROLE is `app` (default) or `owner`.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("ENDPOINT_DATA", CHECKOUT / ".data"))
OWNER = "endpoint_owner"
APPLICATION = "endpoint_app"
DATABASE = "endpoint"
QUEUE = "endpoint_queue"


def socket_directory() -> str:
    """The folder of the embedded server's socket; the place a running supervisor uses when nothing is said."""
    from trial.runtime.postgres import socket_folder

    return os.environ.get("ENDPOINT_SOCKET_DIRECTORY") or str(socket_folder(DATA / "postgres"))


def database() -> dict[str, Any]:
    """Django's connection settings for the role asked for. Raises ValueError for an unknown role or address."""
    role = os.environ.get("ENDPOINT_DATABASE_ROLE", "app")
    if role not in {"app", "owner"}:
        raise ValueError(f"ENDPOINT_DATABASE_ROLE is app or owner, not {role!r}.")
    found: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql"}
    url = os.environ.get("DATABASE_URL")
    if role == "owner" and url:
        url = os.environ.get("DATABASE_OWNER_URL", url)
    if url:
        return found | from_url(url)
    return found | {
        "NAME": os.environ.get("ENDPOINT_DATABASE_NAME", DATABASE),
        "USER": OWNER if role == "owner" else APPLICATION,
        "HOST": socket_directory(),
    }


def owner() -> dict[str, str]:
    """The real server as the role that owns the tables; as the application's where no other is named."""
    return from_url(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])


def from_url(url: str) -> dict[str, str]:
    """Name, user, password, host and port of a database address. Raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.hostname:
        raise ValueError("A database address reads postgresql://name:password@host:5432/database.")
    return {
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname),
        "PORT": str(parts.port or 5432),
    }


def broker() -> tuple[str, dict[str, Any]]:
    """The broker's address and its transport options: Redis or Valkey when named, else queues in PostgreSQL.

    A message not finished within half an hour is given again; the sweep repairs what was lost long before.
    """
    url = os.environ.get("CELERY_BROKER_URL")
    if url:
        return url, {"visibility_timeout": 1800}
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
