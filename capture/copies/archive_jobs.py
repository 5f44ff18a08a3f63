"""Archives that somebody asked for on the pages: made by a process of their own, kept for a day, fetched as a ZIP file.

A process of its own, since an archive takes half a second for each casebook: neither a page nor the worker, which
recomputes endpoints within a second, may stand still for it. What is known of one stands in a file beside it.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from capture.copies import archive
from capture.exchange.exporting import download
from trial.drawing.pdf import instant
from trial.models import Person, Site
from trial.record import access
from trial.refused import Refused

UNDER_WAY, MADE, FAILED = "under way", "made", "failed"
KEPT_SECONDS, SILENT_SECONDS = 24 * 60 * 60, 10 * 60
STOPPED = "The archive was interrupted. Request it again."


@dataclass(frozen=True)
class Asked:
    """One archive: of which site (code; empty: the study), asked for by whom, and how far it is."""

    id: str
    site: str
    person: int
    by: str
    at: str
    state: str = UNDER_WAY
    done: int = 0
    of: int = 0
    words: str = ""
    manifest: str = ""

    @property
    def name(self) -> str:
        """What it is of, in words."""
        return f"site {self.site}" if self.site else "the study"

    @property
    def file(self) -> Path:
        """The ZIP file, once it is made."""
        return settings.ARCHIVES / f"{self.id}.zip"


def may_ask(person: Person, site: Site | None) -> bool:
    """Who reads the trail of a site may take the site away; the whole study, who takes the whole record out."""
    if site is None:
        return person.role in access.EXCHANGES
    return person.role in access.READS_TRAIL and access.sites_for(person).filter(pk=site.pk).exists()


def shown_to(person: Person) -> list[Asked]:
    """Every archive of what the person may take away, newest first."""
    codes = set(access.sites_for(person).values_list("code", flat=True)) if person.role in access.READS_TRAIL else set()
    return sorted((each for each in _all() if (each.site in codes if each.site else may_ask(person, None))),
                  key=lambda each: each.at, reverse=True)  # fmt: skip


def start(person: Person, site: Site | None) -> Asked:
    """Has it made by a process of its own. Raises Refused while another one is under way."""
    _folder()
    _forget_old_ones()
    under_way = next((each for each in _all() if each.state == UNDER_WAY), None)
    if under_way is not None:
        raise Refused(f"The archive of {under_way.name} is being created. Request another when it is finished.")
    asked = Asked(secrets.token_hex(8), site.code if site else "", person.pk, person.full_name,
                  timezone.now().isoformat(timespec="seconds"))  # fmt: skip
    _write(asked)
    words = [sys.executable, str(settings.BASE_DIR / "manage.py"), "archive", "--asked", asked.id]
    more = {"ENDPOINT_DATABASE_NAME": str(connection.settings_dict["NAME"])} if settings.EMBEDDED else {}
    more["ENDPOINT_ARCHIVES"] = str(settings.ARCHIVES)
    # What goes wrong in it stands in the log of the pages.
    made_by = subprocess.Popen(
        words, env=os.environ | more, cwd=settings.BASE_DIR, start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    threading.Thread(target=made_by.wait, daemon=True).start()  # so that nothing of it stays when it has ended
    return asked


def carry_out(key: str) -> Asked:
    """Makes the archive that was asked for; called by the process of its own. Raises Refused when nobody asked."""
    asked = by_id(key)
    if asked is None or asked.state != UNDER_WAY:
        raise Refused("This archive was not requested.")
    os.nice(10)  # pages come first
    folder = settings.ARCHIVES / key
    try:
        person = Person.objects.get(pk=asked.person)
        site = Site.objects.get(code=asked.site) if asked.site else None
        made = archive.build(person, site, folder, lambda done, of: _write(replace(asked, done=done, of=of)))
        with asked.file.with_suffix(".unfinished").open("wb") as file:
            download.write(folder, file)
        asked.file.with_suffix(".unfinished").rename(asked.file)
        asked = replace(asked, state=MADE, done=made.casebooks, of=made.casebooks, manifest=made.manifest,
                        words=f"from change {made.making.change}, {instant(made.making.at)}")  # fmt: skip
    except Refused as refusal:
        asked = replace(asked, state=FAILED, words=str(refusal))
    except Exception:
        _write(replace(asked, state=FAILED, words=STOPPED))
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _write(asked)
    return asked


def by_id(key: str) -> Asked | None:
    """The archive with this id; None when there is none (any more)."""
    place = settings.ARCHIVES / f"{key}.json"
    if not re.fullmatch("[0-9a-f]{16}", key) or not place.is_file():
        return None
    asked = Asked(**json.loads(place.read_text(encoding="utf-8")))
    if asked.state == UNDER_WAY and time.time() - place.stat().st_mtime > SILENT_SECONDS:
        return replace(asked, state=FAILED, words=STOPPED)
    return asked


def _all() -> Iterator[Asked]:
    for place in settings.ARCHIVES.glob("*.json") if settings.ARCHIVES.is_dir() else ():
        found = by_id(place.stem)
        if found is not None:
            yield found


def _folder() -> None:
    """Only the program's own account may enter it."""
    settings.ARCHIVES.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(asked: Asked) -> None:
    """Whole or not at all: a page reads it meanwhile."""
    place = settings.ARCHIVES / f"{asked.id}.json"
    place.with_suffix(".new").write_text(json.dumps(asdict(asked)), encoding="utf-8")
    place.with_suffix(".new").rename(place)


def _forget_old_ones() -> None:
    for place in settings.ARCHIVES.iterdir():
        if time.time() - place.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(place, ignore_errors=True) if place.is_dir() else place.unlink(missing_ok=True)
