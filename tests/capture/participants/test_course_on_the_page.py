"""The participant's page tells the response to date and draws the course; every mark leads to its entry."""

import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.results.recompute import recompute
from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import queries
from capture.entry.services import assessments, dosing, entries, registration
from tests.capture.typed import signed_in
from tests.cast import Cast, answers, cast_of, details, register
from trial.models import AdverseEvent, Assessment, Role
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate
from trial.templatetags.units import whole

# Registered on 08-JAN-2026; progression at the second scan: 40 → 28 → 36 mm, +28.6% over the nadir.
SCANS = ((date(2026, 3, 12), "28"), (date(2026, 5, 7), "36"))


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; the participant has a baseline of one target of 40 mm."""
    made = cast_of()
    _baseline(made)
    return made


def _baseline(cast: Cast) -> None:
    target = assessment.NewLesion("liver", "segment 4", Decimal(40))
    assessments.save_baseline(
        Save(cast.people[Role.COORDINATOR]),
        cast.participant,
        {"assessed_on": date(2026, 1, 6), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        [target],
        [],
    )


def _page(cast: Cast, role: Role, number: str = "NET-001", section: str = "") -> str:
    return signed_in(cast.people[role]).get(f"/participants/{number}/", {"section": section}).content.decode()


def _words(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page).replace("\xa0", " ")


def full_course(cast: Cast) -> None:
    """A baseline, and what follows."""
    _baseline(cast)
    _full(cast)


def _full(cast: Cast) -> None:
    """A cycle with a hold, two scans, events with full, partial and missing dates, a hormone level and a query."""
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    periods = [treatment.Period(1, 14, 400, "twice_daily"), treatment.Period(15, 28, 0, "held", "Rash")]
    dosing.save_cycle(Save(nora), one, 1, {"started_on": date(2026, 1, 12)}, periods)
    lesion = one.lesions.get()
    for on, size in SCANS:
        reading = assessments.Reading(lesion.pk, "measured", Decimal(size), "", None)
        assessments.save_follow_up(
            Save(nora),
            one,
            {
                "assessed_on": on,
                "method": "spiral_ct",
                "slice_thickness_mm": 5,
                "marker": "not_done",
                "new_lesions": "no",
            },
            [reading],
        )
    plain = {each.name: each.get_default() for each in AdverseEvent._meta.concrete_fields if each.blank}
    plain |= {"term": "diarrhea", "grade": 3, "attribution": 4, "seriousness": "no", "outcome": "recovering",
              "action_taken": "none", "present_at_baseline": False}  # fmt: skip
    plain.pop("struck_out_reason")
    for onset, missing in ((PartialDate(2026, 1, 20), ""), (PartialDate(2026, 2), ""), (None, "unknown")):
        entries.save(
            Save(nora), one, ENTRY_FORMS["adverse_event"], plain | {"onset_on": onset, "onset_on_missing": missing}
        )
    level = {"marker": "CGA", "sampled_on": date(2026, 1, 9), "value": Decimal(400), "value_missing": "",
             "unit": "ng/mL", "upper_limit": Decimal(100), "upper_limit_missing": "", "assay": ""}  # fmt: skip
    entries.save(Save(nora), one, ENTRY_FORMS["hormone"], level)
    baseline = queries.Where("baseline", Assessment.objects.earliest("id").pk)
    queries.raise_query(Save(cast.people[Role.MONITOR]), one, baseline, "Why?")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.CHAIR])
def test_whoever_may_open_the_page_reads_the_response_to_date(cast: Cast, role: Role) -> None:
    words = _words(_page(cast, role))
    assert "No assessment after the baseline yet." in words
    assert "Baseline on 06-JAN-2026: sum 40 mm of 1 target lesion." in words


def test_the_response_of_another_site_is_not_found(cast: Cast) -> None:
    assert signed_in(cast.elsewhere[Role.COORDINATOR]).get("/participants/NET-001/").status_code == 404


def test_the_course_is_drawn_and_every_mark_opens_its_entry(cast: Cast) -> None:
    _full(cast)
    page = _page(cast, Role.MONITOR)
    assert "Progression on 07-MAY-2026: sum 36 mm is +28.6% over the nadir 28 mm" in _words(page)
    assert "style=" not in page.partition("<main")[2] and "NaN" not in page and "None" not in _words(page)
    plot = page[page.index('<svg class="timeline-plot"'):page.index('<ul class="timeline-legend"')]
    links = list(ElementTree.fromstring(plot[: plot.rindex("</svg>") + 6]).iter("a"))
    assert all(each.find("title") is not None and each.get("aria-label") for each in links)
    monitor = signed_in(cast.people[Role.MONITOR])
    addresses = {each.get("href", "") for each in links}
    assert len(addresses) >= 9
    assert {address: monitor.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
    titles = " | ".join(str(each.get("aria-label")) for each in links)
    for expected in ("26-JAN-2026: Cycle 1, held to 08-FEB-2026: Rash", "12-MAR-2026: sum 28 mm",
                     "UNK-FEB-2026: ", "400 ng/mL, 4.0 × the upper limit 100", "Query about"):  # fmt: skip
        assert expected in titles
    assert "onset unknown" in page.partition("Not shown, because the date is not known")[2]


def test_the_table_says_what_the_drawing_says(cast: Cast) -> None:
    _full(cast)
    table = _page(cast, Role.COORDINATOR).partition('timeline-table">')[2].partition("</table>")[0]
    rows = re.findall(r"<tr><td.*?</tr>", table, re.S)
    kinds = [_words(row.split("</td>")[2]) for row in rows]
    assert {"Milestone", "Dose", "Assessment", "Adverse event", "Hormone", "Query"} == set(kinds)
    days = [int(_words(row.split("</td>")[0])) for row in rows]
    assert days == sorted(days) and days[0] == -2


def test_the_page_asks_no_more_of_the_database_when_there_is_more_to_draw(cast: Cast) -> None:
    second = register(cast.people[Role.COORDINATOR], cast.north)
    _full(cast)
    client = signed_in(cast.people[Role.CHAIR])
    client.get("/participants/NET-001/")
    with CaptureQueriesContext(connection) as much:
        client.get("/participants/NET-001/")
    with CaptureQueriesContext(connection) as little:
        client.get(f"/participants/{second.reference}/")
    assert len(much) <= len(little) + 8, [each["sql"][:90] for each in much]


def test_dates_are_kept_whole_and_what_people_typed_is_escaped() -> None:
    assert whole("on 12-MAR-2006, <b>−3.5%</b>") == (
        'on <span class="whole">12-MAR-2006</span>, &lt;b&gt;<span class="whole">−3.5%</span>&lt;/b&gt;'
    )


def test_someone_not_registered_has_no_timeline(cast: Cast) -> None:
    screened = registration.screen(Save(cast.people[Role.COORDINATOR]), cast.north, details(), answers())
    page = _page(cast, Role.COORDINATOR, screened.reference)
    assert "not registered" in page and "Timeline and response" not in page


def test_a_progression_has_one_date_on_every_page_that_of_the_first_scan_that_shows_it(cast: Cast) -> None:
    """The lesion was scanned three days before the day of its assessment, and grew from 40 to 60 mm."""
    reading = assessments.Reading(cast.participant.lesions.get().pk, "measured", Decimal(60), "", date(2026, 3, 9))
    head = {"assessed_on": date(2026, 3, 12), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done",
            "new_lesions": "no"}  # fmt: skip
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": date(2026, 1, 12)}, treatment.AS_PLANNED)
    assessments.save_follow_up(Save(), cast.participant, head, [reading])
    recompute("A")
    assert "PD dated 09-MAR-2026" in _words(_page(cast, Role.COORDINATOR, section="lesions"))
    chair = signed_in(cast.people[Role.CHAIR])
    for figure in ("event-time_to_progression", "event-progression_free_survival", "best-PD", "unconfirmed-PD"):
        behind = _words(chair.get(f"/groups/A/behind/{figure}/").content.decode())
        assert "NET-001" in behind and "09-MAR-2026" in behind and "12-MAR-2026" not in behind, figure
