"""A hard check about a row of a grid is said at the box of that row, and the summary leads there."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from capture.casebook.forms.assessment import NewLesion
from capture.casebook.registry import CHECKS
from capture.entry.services import assessments, dosing
from capture.entry.services.dosing import Period
from tests.capture.typed import opened, signed_in
from tests.cast import Cast
from tests.examples import EXAMPLES
from trial.models import Role
from trial.record.save import Save
from trial.rules.dates.partial_date import shown

pytestmark = pytest.mark.requirement("R46")
DAY_1 = date(2026, 1, 12)
HEAD = {"assessed_on": "09-JAN-2026", "method": "spiral_ct", "slice_thickness_mm": "5", "marker": "not_done"}
TARGET = {"T1-organ": "liver", "T1-longest_diameter_mm": "42"}
CYCLE = {"started_on": "12-JAN-2026", "1-from_day": "1", "1-to_day": "14", "1-dose_mg": "400",
         "1-frequency": "twice_daily", "2-from_day": "15", "2-to_day": "28", "2-dose_mg": "400",
         "2-frequency": "twice_daily"}  # fmt: skip
VISIT = {**EXAMPLES["visit"].typed, "lab-HGB-value": "13"}
SIX = {f"T{n}-{name}": value for n in range(1, 7)
       for name, value in (("organ", "liver"), ("longest_diameter_mm", "42"))}  # fmt: skip


def _treated(cast: Cast) -> None:
    """Day 1, a baseline with two targets, of which the first has been followed."""
    save = Save(cast.people[Role.COORDINATOR])
    dosing.save_cycle(save, cast.participant, 1, {"started_on": DAY_1}, [Period(1, 28, 400, "twice_daily")])
    head = {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"}
    assessments.save_baseline(save, cast.participant, head, [
        NewLesion("liver", "", Decimal(42), None), NewLesion("lung", "", Decimal(28), None)], [])  # fmt: skip


def _refused(nora: Client, address: str, typed: dict[str, str]) -> tuple[str, list[str], list[str]]:
    """The page, the boxes that the summary leads to, and the boxes with an error beside them."""
    answer = nora.post(address, opened(nora, address) | typed)
    page = answer.content.decode()
    assert answer.status_code == 422, page
    return page, re.findall(r'<li><a href="#id_([^"]+)"', page), re.findall(r'id="id_([^"]+)_error"', page)


@pytest.mark.parametrize(("page", "typed", "boxes"), [
    ("assessments/new", HEAD | TARGET | {"T2-organ": "lung", "T2-longest_diameter_mm": "9"},
     ["T2-longest_diameter_mm"]),
    ("assessments/new", HEAD | SIX, [f"T{n}-organ" for n in range(1, 7)]),
    ("cycles/1", CYCLE | {"2-from_day": "14"}, ["2-from_day"]),
    ("cycles/1", CYCLE | {"2-dose_mg": "0", "2-frequency": "held"}, ["2-reason"]),
    ("cycles/1", CYCLE | {"1-reason": "rash"}, ["1-reason"]),
    ("visit/new", VISIT | {"lab-HGB-lower_limit": "400", "lab-HGB-upper_limit": "150"},
     ["lab-HGB-lower_limit"]),
    ("visit/new", VISIT | {"lab-HGB-unit": ""}, ["lab-HGB-unit"]),
])  # fmt: skip
def test_the_row_that_fails_says_so_at_its_box(cast: Cast, page: str, typed: dict[str, str], boxes: list[str]) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    _, linked, marked = _refused(nora, f"/participants/NET-001/{page}/", typed)
    assert (linked[0], marked) == (boxes[0], boxes)


def test_a_lesion_scan_of_an_impossible_day_says_so_at_its_lesion(cast: Cast) -> None:
    _treated(cast)
    nora = signed_in(cast.people[Role.COORDINATOR])
    first, second = cast.participant.lesions.order_by("id")
    seen: dict[str, Any] = HEAD | {"assessed_on": "09-MAR-2026", "new_lesions": "no"}
    seen |= {f"lesion{each.pk}-{name}": value for each in (first, second)
             for name, value in (("longest_diameter_mm", "30"), ("state", "measured"))}  # fmt: skip
    box = f"lesion{second.pk}-scanned_on"
    before = seen | {box: shown(DAY_1 - timedelta(days=1))}
    _, linked, marked = _refused(nora, "/participants/NET-001/assessments/new/", before)
    assert (linked, marked) == ([box], [box])


def test_a_followed_lesion_that_is_left_out_says_so_at_its_empty_row(cast: Cast) -> None:
    _treated(cast)
    nora, pages = signed_in(cast.people[Role.COORDINATOR]), "/participants/NET-001/assessments"
    seen = HEAD | {"assessed_on": "09-MAR-2026", "new_lesions": "no"}
    seen |= {f"lesion{each.pk}-{name}": value for each in cast.participant.lesions.all()
             for name, value in (("longest_diameter_mm", "30"), ("state", "measured"))}  # fmt: skip
    assert nora.post(f"{pages}/new/", opened(nora, f"{pages}/new/") | seen).status_code == 302
    left = {"T2-organ": "", "T2-description": "", "T2-longest_diameter_mm": "", "reason_code": "entry_error"}
    baseline = cast.participant.assessments.get(kind="baseline")
    _, linked, marked = _refused(nora, f"{pages}/{baseline.pk}/", left)
    assert (linked, marked) == (["T2-organ"], ["T2-organ"])


def test_every_check_that_names_rows_names_one_when_it_fails() -> None:
    for form, example in EXAMPLES.items():
        for check in CHECKS[form]:
            if check.rows is not None and check.dates is None:
                assert check.told(example.facts[check.id][1]).at, check.id
