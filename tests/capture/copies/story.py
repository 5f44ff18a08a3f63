"""A casebook with every form and everything that can stand about one, and its copy as a folder."""

import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

from capture.casebook.history import newest_change
from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import holds, queries, signing, verification
from capture.copies import package
from capture.entry.services import entries
from capture.expedited import reports
from tests.capture.conduct.test_signing import delegate
from tests.capture.exchange import cohort
from tests.cast import Cast, cast_of
from trial.models import Participant, Person, Role
from trial.record.save import Save

STRANGE = "Łukasz Gęś, Παρασκευή Ώρα, Šárka Ångström, ½ µg – “so” 中"


def whole_casebook() -> tuple[Cast, Participant]:
    """NET-002 of the cohort by hand, with a thread of a query, verified, signed, changed, signed again and frozen."""
    cast = cast_of()
    nora, chris, monitor, ines = (cast.people[role] for role in (
        Role.COORDINATOR, Role.CHAIR, Role.MONITOR, Role.INVESTIGATOR))  # fmt: skip
    ines.full_name = "Inês Łącka"
    ines.save()
    one = Participant.objects.get(pk=cohort.entered(nora, chris, cast.north)[0].pk)
    delegate(ines, cast.north, date(2026, 1, 1))
    entries.save(Save(nora), one, ENTRY_FORMS["history"], {
        "condition": STRANGE, "grade": 2, "began_on": None, "began_on_missing": "not_done", "ongoing": "no"})
    _asked(monitor, nora, one)
    event = one.adverse_events.filter(seriousness="hospitalisation").get()
    reports.save(Save(nora), event, {"kind": "written", "sent_at": datetime(2026, 2, 11, 9, 5, tzinfo=UTC),
                               "sent_by": "Nora North", "reference": "SAE-1"})  # fmt: skip
    for row in (one.hormone_levels.get(sampled_on=cohort.DAY_1, marker="CGA"), event):
        kind = "hormone" if row is not event else "adverse_event"
        verification.verify(Save(monitor), one, kind, row, newest_change(row))
    sign(ines, one)
    entries.save(Save(nora), one, ENTRY_FORMS["deviation"], {
        "happened_on": date(2026, 2, 2), "kind": "other", "description": "Diary lost", "action": "New one given"})
    sign(ines, one)
    holds.freeze(Save(monitor), holds.Target("participant", participant=one), "Cleaned for the first look")
    return cast, one


def _asked(monitor: Person, nora: Person, one: Participant) -> None:
    scan = one.assessments.filter(kind="follow_up").first()
    assert scan is not None
    query = queries.raise_query(
        Save(monitor), one, queries.Where("follow_up_scan", scan.pk, "method"), "Which scanner?"
    )
    queries.answer(Save(nora), query, "The old one.")
    queries.decide(Save(monitor), query, "reopened", "Please give its number.")


def sign(ines: Person, one: Participant) -> None:
    """Signs the casebook as it stands."""
    signing.sign(Save(ines), one, signing.standing(one).content_hash)


def unpacked(packed: package.Packed, folder: Path) -> Path:
    """The files of a copy."""
    with packed.file, zipfile.ZipFile(packed.file) as archive:
        archive.extractall(folder)
    return folder


def verified(folder: Path, *words: str, script: str = "verify_copy.py") -> tuple[int, str]:
    """The script of the copy, by a Python that sees nothing but its standard library."""
    done = subprocess.run([sys.executable, "-I", "-S", str(folder / script), *words],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout
