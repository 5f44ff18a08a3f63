"""Archives that somebody asked for on the pages: made by a process of their own, kept for a day, fetched as a ZIP file.

An archive takes half a second for each casebook.
"""

from pathlib import Path
from typing import Any

from capture.copies import archive
from capture.exchange.exporting import download
from trial.drawing.pdf import instant
from trial.models import FileJob, Person, Site
from trial.operations import file_jobs
from trial.record import access

FILE = "archive.zip"


def may_ask(person: Person, site: Site | None) -> bool:
    """Who reads the trail of a site may take the site away; the whole study, who takes the whole record out."""
    if site is None:
        return person.role in access.EXCHANGES
    return person.role in access.READS_TRAIL and access.sites_for(person).filter(pk=site.pk).exists()


def shown_to(person: Person) -> list[FileJob]:
    """Every archive of what the person may take away, newest first."""
    codes = set(access.sites_for(person).values_list("code", flat=True)) if person.role in access.READS_TRAIL else set()
    found = file_jobs.of_kind(file_jobs.ARCHIVE)
    return [each for each in found if (each.of in codes if each.of else may_ask(person, None))]


def start(person: Person, site: Site | None) -> FileJob:
    """Has it made by a process of its own. Raises Refused while another one is under way."""
    asked = file_jobs.begin(file_jobs.ARCHIVE, person, site.code if site else "")
    file_jobs.start(asked)
    return asked


def carry_out(asked: FileJob) -> FileJob:
    """Makes the archive that was asked for; called by the process of its own."""

    def make(folder: Path, told: file_jobs.Told) -> dict[str, Any]:
        site = Site.objects.get(code=asked.of) if asked.of else None
        made = archive.build(asked.person, site, folder, told)
        return {"words": f"from change {made.making.change}, {instant(made.making.at)}", "done": made.casebooks,
                "total": made.casebooks, "manifest": made.manifest}  # fmt: skip

    return download.carry_out(asked, FILE, make)
