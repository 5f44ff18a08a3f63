"""The archive of a site or of the study: every casebook as a page and as PDF, the data, and the sealed trail.

A person opens `index.html` from disk and reads on; `verify_copy.py` proves that nothing was altered. Built in one
moment of the record, casebook by casebook, so that memory does not grow with the study.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db.models import Q
from django.template.loader import render_to_string

from capture.conduct import signing
from capture.copies import excerpt, package, verify_copy
from capture.copies.contents import cover, trail
from capture.copies.contents.cover import Making
from capture.exchange.data_sets import DataSet
from capture.exchange.exporting.export import csv_files
from capture.trail import verify_trail
from trial import models, protocol
from trial.drawing import sections
from trial.drawing.sections import Document, Facts, Section, Words
from trial.models import Participant, Person, Site
from trial.operations.exports import one_moment, whole_folder
from trial.rules.dates import partial_date


def of_site(data_set: DataSet, site: Site | None) -> Q | None:
    """Which rows of a table are the site's (None: the study's); None for a table that belongs to no site."""
    if site is None:
        return Q()
    if data_set.model is models.Hold:
        return Q(participant__site=site) | Q(site=site) | Q(scope="study")
    if data_set.to_participant:
        return Q(**{"site" if data_set.to_participant == "self" else f"{data_set.to_participant}__site": site})
    if data_set.model is Site:
        return Q(pk=site.pk)
    if data_set.model is models.LaboratoryRange:
        return Q(laboratory__site=site)
    has_site = any(field.name == "site" for field in data_set.model._meta.concrete_fields)
    return Q(site=site) if has_site else None


SIGNED = {signing.SIGNED: "Signed", signing.CHANGED: "Signature outdated", signing.UNSIGNED: "Not signed"}
WHAT = (
    "Every casebook with its queries, signatures and audit trail (HTML and certified PDF), the data (CSV) and the "
    "sealed audit trail."
)
HOW = (
    "To verify the archive, run “python3 verify_copy.py” in this folder. It needs neither the product nor a network. "
    "The head of the script states what it proves."
)
TRAILS = {
    True: "the changes of the site as sealed. Records of other sites are shown as their hash only.",
    False: "every change of the study as sealed. “python3 verify_trail.py” verifies the whole audit chain.",
}
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Archive:
    """What was written: its making, how many casebooks, and the hash of its manifest."""

    making: Making
    casebooks: int
    manifest: str


def name_of(site: Site | None) -> str:
    """What an archive is of, in words."""
    return f"site {site.code}" if site else "the study"


def build(person: Person | None, site: Site | None, folder: Path, told: Told = lambda done, of: None) -> Archive:
    """Writes the archive into the folder, which is new or empty, and notes it on record; site None: the study.

    told is called with how many casebooks are done, of how many. Raises Refused; nothing is left then.
    """
    with whole_folder(folder) as unfinished:
        with one_moment():
            making = Making.now(person)
            participants = list(_participants(site))
            casebooks = _casebooks(unfinished / "casebooks", participants, making, told)
            lines = excerpt.write(excerpt.of_site(site) if site else excerpt.of_study(), unfinished / verify_copy.TRAIL)
            others = _others(lines, making)
            data = unfinished / "data"
            data.mkdir()
            tables = csv_files(data, lambda words: None, partial(of_site, site=site))
        (unfinished / "others.html").write_text(sections.page(others, up=""), encoding="utf-8")
        (unfinished / "index.html").write_text(render_to_string("capture/copies/index.html", {
            "of": name_of(site), "study": protocol.STUDY_NAME, "cover": _cover(site, making, len(participants)),
            "casebooks": casebooks, "data": tables, "trail": TRAILS[site is not None],
            "others": len(others.sections[0].blocks), "foot": _foot(site, making),
        }), encoding="utf-8")  # fmt: skip
        shutil.copyfile(sections.STYLE, unfinished / sections.STYLE.name)
        if site is None:
            shutil.copyfile(verify_trail.__file__, unfinished / "verify_trail.py")
        more = {"site": site.code if site else None, "trail": "of the site" if site else "whole"}
        digest = package.finish(unfinished, f"Archive of {name_of(site)}", making, more, lines)
        package.note(person, f"archive {making.copy_id} of {name_of(site)}", making, digest)
    return Archive(making, len(participants), digest)


def _participants(site: Site | None) -> Sequence[Participant]:
    found = Participant.objects.select_related("site").order_by("number", "screening_number")
    return found.filter(site=site) if site else found


def _casebooks(folder: Path, participants: Sequence[Participant], making: Making, told: Told) -> list[dict[str, str]]:
    """Both faces of each casebook; returns the lines of the index."""
    folder.mkdir()
    states = signing.states(participants)
    for done, one in enumerate(participants, start=1):
        made = cover.document(one, making, list(excerpt.of_participant(one)))
        name = one.reference
        (folder / f"{name}.pdf").write_bytes(sections.pages(made))
        (folder / f"{name}.html").write_text(sections.page(made, up="../", pdf=f"{name}.pdf"), encoding="utf-8")
        told(done, len(participants))
    return [{"name": one.reference, "site": one.site.code, "group": one.group or "none",
             "registered": partial_date.shown(one.registered_on) or "not registered",
             "signature": SIGNED[states[one.pk]]} for one in participants]  # fmt: skip


def _others(lines: Sequence[excerpt.Line], making: Making) -> Document:
    """The Changes that concern no single participant, in words."""
    shown = {line.change: line.shown for line in lines if line.participant is None}
    section = Section("Changes", tuple(trail.acts(None, shown)), (), "changes")
    return Document("Changes outside casebooks", protocol.STUDY_NAME, f"Copy {making.copy_id}",
                    (Words("Oldest first.", "quiet"),), (section,))  # fmt: skip


def _foot(site: Site | None, making: Making) -> str:
    return f"{name_of(site)}, change {making.change}, copy {making.copy_id}"


def _cover(site: Site | None, making: Making, count: int) -> tuple[Words | Facts, ...]:
    content = str(site) if site else protocol.STUDY_NAME
    pairs = (("Content", content), ("Casebooks", str(count)), *making.facts)
    return (Words(WHAT), Facts(pairs), Words(HOW), Words(cover.TIMES, "quiet"))
