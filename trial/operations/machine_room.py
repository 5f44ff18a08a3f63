"""Room that is left: on the disks of the program, and among the connections of the database."""

import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from trial.operations.backups import nightly
from trial.runtime import addresses

LEAST_FREE_BYTES = 1_000_000_000
LEAST_FREE_PART = 0.1
LEAST_FREE_CONNECTIONS = 10


def disks() -> tuple[bool, str]:
    """Judges each disk that the program writes to; the disk of a database server elsewhere is not seen from here."""
    places = {"temporary files": Path(tempfile.gettempdir())}
    if settings.EMBEDDED:
        places["database and logs"] = addresses.DATA
    if settings.BACKUPS is not None:
        places["backups"] = nightly.folder()
    said, is_good = [], True
    for what, place in places.items():
        if not place.is_dir():
            is_good = False
            said.append(f"{what}: no such folder")
            continue
        total, _, free = shutil.disk_usage(place)
        is_good = is_good and free > min(LEAST_FREE_BYTES, LEAST_FREE_PART * total)
        said.append(f"{what}: {free / 1e9:.1f} GB of {total / 1e9:.1f} GB free")
    if not settings.EMBEDDED:
        said.append("the disk of the database server is not seen from here")
    return is_good, "; ".join(said)


def connections() -> tuple[bool, str]:
    """Judges how many connections of the database server are left for everybody."""
    with connection.cursor() as cursor:
        cursor.execute("""SELECT count(*) FILTER (WHERE backend_type = 'client backend'),
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            FROM pg_stat_activity""")
        used, most = cursor.fetchone()
    return most - used >= LEAST_FREE_CONNECTIONS, f"{used} of {most} in use"
