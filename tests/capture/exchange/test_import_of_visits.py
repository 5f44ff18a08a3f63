"""Visits that come in by file: limits left empty are those of the laboratory of the site, as on the page."""

import csv
import io
from datetime import date
from decimal import Decimal

from capture.exchange.importing import files
from capture.exchange.importing.run import import_files
from tests.cast import Cast, person
from trial.models import Acknowledgement, Laboratory, LaboratoryRange, LaboratoryResult, Person, Role
from trial.record import changes, versions_in_force
from trial.record.save import Save

VISIT = {"entry": "1", "visited_on": "2026-01-12", "cycle_number": "1", "ecog": "1", "laboratory_name": "Central",
         **{f"{name}_missing": "not_done" for name in ("weight_kg", "systolic_mmhg", "diastolic_mmhg")}}  # fmt: skip
RESULT = {"visit": "1", "analyte": "HGB", "value": "11", "unit": "g/dL"}


def _file(cast: Cast, name: str, *rows: dict[str, str]) -> dict[str, bytes]:
    header = next(csv.reader(io.StringIO(files.templates()[name].decode("utf-8-sig"))))
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, header, restval="")
    writer.writeheader()
    writer.writerows({"screening_number": str(cast.participant.screening_number), **row} for row in rows)
    return {name: written.getvalue().encode()}


def _central(cast: Cast) -> Person:
    """The newest versions are in use, and the laboratory Central has limits of hemoglobin; returns who imports."""
    with changes.record(None, "system", "for the test"):
        versions_in_force.open_site(None, cast.north)
        central = Laboratory.objects.create(site=cast.north, name="Central")
        LaboratoryRange.objects.create(laboratory=central, analyte="HGB", unit="g/dL", lower_limit=Decimal("12.5"),
                                       upper_limit=16, from_on=date(2025, 1, 1))  # fmt: skip
    return person("stat", Role.STATISTICIAN)


def test_limits_left_empty_are_those_of_the_laboratory_and_the_same_files_change_nothing(cast: Cast) -> None:
    stat = _central(cast)
    contents = _file(cast, "visit.csv", VISIT) | _file(cast, "laboratory.csv", RESULT)
    report = import_files(Save(stat), contents, "the test", rehearsal=False)
    assert report.saved, [str(each) for each in report.problems]
    row = LaboratoryResult.objects.get()
    assert (row.lower_limit, row.upper_limit) == (Decimal("12.5"), 16)
    again = import_files(Save(stat), contents, "the test", rehearsal=False)
    assert again.problems == [] and all(line.new == 0 for line in again.lines)


def test_a_laboratory_that_is_not_of_the_site_and_limits_of_another_are_asked_about(cast: Cast) -> None:
    stat = _central(cast)
    later = {**VISIT, "entry": "2", "visited_on": "2026-02-09", "cycle_number": "2", "laboratory_name": "Elsewhere"}
    limits = {"lower_limit": "11", "upper_limit": "15"}
    contents = _file(cast, "visit.csv", VISIT, later)
    contents |= _file(cast, "laboratory.csv", RESULT | limits, RESULT | limits | {"visit": "2"})
    report = import_files(Save(stat), contents, "the test", rehearsal=False)
    assert report.saved, [str(each) for each in report.problems]
    asked = Acknowledgement.objects.standing().filter(form="visit", check_id__in=("VIS-16", "VIS-17"))
    assert sorted(asked.values_list("check_id", "words", "because")) == [
        ("VIS-16", "Limits differ from those of the laboratory on the day of the sample. "
                   "Central, hemoglobin: 12.5 to 16 g/dL.", ""),
        ("VIS-17", "The laboratory is not one of the site. Entered: Elsewhere.", ""),
    ]  # fmt: skip
