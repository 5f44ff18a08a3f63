"""Where mail goes: to the server that ENDPOINT_MAIL_URL names; without it into files, in production nowhere.

`smtp://name:password@host:587` turns to TLS at once (STARTTLS), `smtps://host:465` speaks TLS from the first byte.
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}
TIMEOUT_SECONDS = 10
_BACKENDS = "django.core.mail.backends"


def settings_of(url: str, files: Path | None) -> dict[str, Any]:
    """Django's mail settings. files: the folder that takes mails where no server is named; None: they go nowhere.

    Raises ValueError for an address that is none of a mail server.
    """
    if not url:
        kind = "filebased" if files else "dummy"
        return {"EMAIL_BACKEND": f"{_BACKENDS}.{kind}.EmailBackend", "EMAIL_FILE_PATH": str(files) if files else None}
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("A mail server reads smtp://name:password@host:587, or smtps://….")
    return {
        "EMAIL_BACKEND": f"{_BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }
