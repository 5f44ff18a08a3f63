"""Measured values propose adverse events, and a proposal goes when it is settled: by an event or by a reason."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from capture.casebook.forms import treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import dosing, entries
from capture.grading.episodes import open_episodes
from capture.grading.event_proposals import find, open_proposals
from tests.capture.typed import shown_at
from tests.cast import Cast, register
from trial.models import Acknowledgement, AdverseEvent, Change, Role, Visit
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

DAY = date(2026, 2, 12)
VISIT = {
    "visited_on": DAY, "cycle_number": 1, "weight_kg": Decimal("70.0"), "weight_kg_missing": "", "ecog": 1,
    "ecog_missing": "", "systolic_mmhg": 130, "systolic_mmhg_missing": "", "diastolic_mmhg": 80,
    "diastolic_mmhg_missing": "",
}  # fmt: skip
EVENT = {
    "term": "hemoglobin", "select": "", "other_words": "", "grade": 2, "grade_missing": "", "attribution": 3,
    "attribution_missing": "", "onset_on": PartialDate(2026, 2), "onset_on_missing": "", "resolved_on": None,
    "present_at_baseline": False, "seriousness": "no", "expectedness": "", "action_taken": "none",
    "outcome": "not_recovered", "cycle_number": 1,
}  # fmt: skip
TYPED = {
    "visited_on": "12-FEB-2026", "cycle_number": "1", "weight_kg": "70", "ecog": "1", "systolic_mmhg": "130",
    "diastolic_mmhg": "80", "lab-HGB-value": "9.4", "lab-HGB-unit": "g/dL", "lab-HGB-lower_limit": "12",
    "lab-HGB-upper_limit": "16",
}  # fmt: skip


def line(analyte: str = "HGB", value: str = "9.4", unit: str = "g/dL", lower: str = "12", upper: str = "16") -> Any:
    """A laboratory line."""
    return {"analyte": analyte, "value": Decimal(value), "value_missing": "", "unit": unit,
            "lower_limit": Decimal(lower), "upper_limit": Decimal(upper)}  # fmt: skip


def visit(cast: Cast, *lines: Any, row: Any = None, **changed: Any) -> Visit:
    """A visit of the participant, entered or corrected by Nora."""
    return entries.save(
        Save(cast.people[Role.COORDINATOR], reason="entry error" if row else ""),
        cast.participant,
        ENTRY_FORMS["visit"],
        {**VISIT, **changed},
        row=row,
        lines=lines,
    )


def event(cast: Cast, **changed: Any) -> Any:
    """An adverse event of the participant."""
    return entries.save(Save(), cast.participant, ENTRY_FORMS["adverse_event"], {**EVENT, **changed})


def opened(cast: Cast) -> list[tuple[str, int]]:
    """Term and grade of the open proposals."""
    return [(each.term, each.grade) for each in open_proposals([cast.participant])]


def signed_in(cast: Cast, role: str = Role.COORDINATOR) -> Client:
    """Nora, or somebody else."""
    client = Client()
    client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_value_with_a_grade_proposes_its_term_and_creates_nothing(cast: Cast) -> None:
    visit(cast, line(), line("PLAT", "200", "10^9/L", "150", "400"))
    assert opened(cast) == [("hemoglobin", 2)]
    assert not AdverseEvent.objects.exists()


@pytest.mark.parametrize(
    ("changed", "settled"),
    [
        ({}, True),
        ({"grade": 3}, True),
        ({"grade": 1}, False),
        ({"grade": None, "grade_missing": "unknown"}, False),
        ({"term": "lymphopenia"}, False),
        ({"onset_on": PartialDate(2026, 2, 13)}, False),
        ({"onset_on": PartialDate(2026, 1), "resolved_on": PartialDate(2026, 2, 11)}, False),
        ({"onset_on": PartialDate(2026, 1), "resolved_on": PartialDate(2026, 2)}, True),
    ],
    ids=["same grade", "higher", "lower", "no grade", "another term", "began later", "over before",
         "perhaps still there"],
)  # fmt: skip
def test_an_event_settles_a_proposal_when_term_grade_and_day_fit(
    cast: Cast, changed: dict[str, Any], settled: bool
) -> None:
    visit(cast, line())
    event(cast, **changed)
    assert (opened(cast) == []) is settled


def test_a_struck_out_event_settles_nothing(cast: Cast) -> None:
    visit(cast, line())
    row = event(cast)
    assert opened(cast) == []
    entries.strike_out(Save(reason="wrong participant"), cast.participant, ENTRY_FORMS["adverse_event"], row)
    assert opened(cast) == [("hemoglobin", 2)]


def test_a_lower_grade_on_record_makes_the_proposal_a_further_episode(cast: Cast) -> None:
    visit(cast, line())
    first = event(cast, grade=1)
    (proposal,) = open_proposals([cast.participant])
    assert proposal.continues == first.pk and proposal.record_url.endswith(f"&continues={first.pk}")


def test_the_gravest_comes_first_and_blood_pressure_and_weight_propose_too(cast: Cast) -> None:
    visit(cast, line())
    later = {"cycle_number": 2, "visited_on": DAY + timedelta(28), "systolic_mmhg": 152, "weight_kg": Decimal("65.0")}
    visit(cast, line("ALT", "900", "U/L", "10", "40"), **later)
    assert opened(cast) == [("alt_sgpt", 4), ("hemoglobin", 2), ("hypertension", 1), ("weight_loss", 1)]
    pressure = {"measured_on": DAY + timedelta(35), "systolic_mmhg": 160, "systolic_mmhg_missing": "",
                "diastolic_mmhg": 95, "diastolic_mmhg_missing": ""}  # fmt: skip
    entries.save(Save(), cast.participant, ENTRY_FORMS["blood_pressure"], pressure)
    assert ("hypertension", 2) in opened(cast)


def test_proposals_of_another_participant_are_their_own(cast: Cast) -> None:
    other = register(cast.people[Role.COORDINATOR], cast.north)
    visit(cast, line())
    entries.save(Save(), other, ENTRY_FORMS["adverse_event"], EVENT)
    assert opened(cast) == [("hemoglobin", 2)] and open_proposals([other]) == []


def test_my_work_opens_what_is_grave_and_folds_the_rest(cast: Cast) -> None:
    visit(cast, line(), line("ALT", "900", "U/L", "10", "40"), line("PLAT", "100", "10^9/L", "150", "400"))
    page = signed_in(cast).get("/work/").text
    assert "<strong>3</strong> Proposed adverse events" in page
    parts = [
        part.partition("</summary>")
        for part in page.split("<details")[1:]
        if "Grade " in part.partition("</summary>")[0]
    ]
    assert [(" open" in head[:6], "ALT" in body, "Hemoglobin" in body) for head, _, body in parts] == [
        (True, True, False), (False, False, True), (False, False, False)]  # fmt: skip


def _judged(client: Client, names: list[str], **typed: str) -> Any:
    return client.post("/proposals/judge/", {"what": names, "reason": "sample", **typed})


def _names(cast: Cast) -> list[str]:
    return [each.key for each in open_episodes([cast.participant])]


def test_the_site_says_with_a_coded_reason_that_values_are_no_adverse_event(cast: Cast) -> None:
    row, nora = visit(cast, line(), line("ALT", "900", "U/L", "10", "40")), signed_in(cast)
    names = _names(cast)
    assert names == [f"NET-001:4:visit-{row.pk}-ALT", f"NET-001:2:visit-{row.pk}-HGB"]
    assert "9.4\xa0g/dL" in nora.get("/proposals/judge/", {"what": names}).content.decode()
    for wrong in ({"reason": ""}, {"reason": "other"}, {"what": []}):
        assert _judged(nora, names, **wrong).status_code == 422
    assert len(opened(cast)) == 2
    before = Change.objects.count()
    assert _judged(nora, names, comment="hemolyzed", back="work").url == "/work/"
    assert opened(cast) == [] and Change.objects.count() == before + 1
    assert {each.because for each in Acknowledgement.objects.all()} == {"Sample or measurement error: hemolyzed"}
    assert "hemolyzed" not in nora.get("/work/").content.decode()


def test_a_value_that_grew_worse_while_the_page_was_open_is_not_judged(cast: Cast) -> None:
    row, nora = visit(cast, line()), signed_in(cast)
    names = _names(cast)
    visit(cast, line(value="7.9"), row=row)
    refused = _judged(nora, names)
    assert refused.status_code == 422 and "A value was changed" in refused.content.decode()
    assert opened(cast) == [("hemoglobin", 3)]


def test_values_of_several_participants_are_judged_at_once_each_in_a_change_of_its_own(cast: Cast) -> None:
    other = register(cast.people[Role.COORDINATOR], cast.north)
    visit(cast, line())
    entries.save(Save(), other, ENTRY_FORMS["visit"], VISIT, lines=[line()])
    found = open_episodes([cast.participant, other])
    before = Change.objects.count()
    assert _judged(signed_in(cast), [each.key for each in found]).status_code == 302
    assert open_episodes([cast.participant, other]) == [] and Change.objects.count() == before + 2


def test_that_word_outlives_a_save_of_the_visit_but_not_a_change_of_the_value(cast: Cast) -> None:
    row, nora = visit(cast, line()), signed_in(cast)
    _judged(nora, _names(cast))
    visit(cast, line(), row=row, ecog=2)
    assert opened(cast) == []
    visit(cast, line(value="7.9"), row=row)
    assert opened(cast) == [("hemoglobin", 3)]
    _judged(nora, _names(cast), reason="repeated")
    assert opened(cast) == []
    assert Acknowledgement.objects.standing().get().because == "Repeated and normal"


def test_a_key_that_proposes_nothing_is_not_found(cast: Cast) -> None:
    row, nora = visit(cast, line(value="13")), signed_in(cast)
    for name in (f"NET-001:2:visit-{row.pk}-HGB", "NET-001", "NET-999:1:visit-1-HGB", ""):
        assert nora.get("/proposals/judge/", {"what": name}).status_code == 404
    assert find(cast.participant, "nonsense") is None


def _visits(cast: Cast, *values: tuple[int, str]) -> None:
    for number, value in values:
        visit(cast, line(value=value), cycle_number=number, visited_on=DAY + timedelta(28 * (number - 1)))


def test_values_of_one_analyte_are_an_episode_until_one_is_no_worse_than_before_treatment(cast: Cast) -> None:
    """Grade 1 on day 1, so that only grade 2 and more is worse; the value of cycle 4 ends the first episode."""
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": DAY}, treatment.AS_PLANNED)
    _visits(cast, (1, "11"), (2, "9.4"), (3, "7.9"), (4, "11"), (5, "9.5"))
    found = [(each.is_worse, each.grade, each.baseline_grade, each.days) for each in open_episodes([cast.participant])]
    assert found == [(True, 3, 1, "12-MAR-2026 to 09-APR-2026"), (True, 2, 1, "04-JUN-2026"),
                     (False, 1, 1, "12-FEB-2026 to 07-MAY-2026")]  # fmt: skip


def test_a_normal_value_ends_an_episode(cast: Cast) -> None:
    _visits(cast, (1, "13"), (2, "9.4"), (3, "13"), (4, "9.5"))
    assert [each.days for each in open_episodes([cast.participant])] == ["07-MAY-2026", "12-MAR-2026"]


def test_an_episode_is_recorded_with_its_worst_grade_from_its_first_day(cast: Cast) -> None:
    _visits(cast, (1, "9.4"), (2, "7.9"))
    (episode,) = open_episodes([cast.participant])
    page = signed_in(cast).get(episode.record_url).content.decode()
    assert 'value="12-FEB-2026"' in page and '<option value="3" selected' in page


def test_open_proposals_stand_on_the_participant_page_and_on_my_work_of_the_site(cast: Cast) -> None:
    row = visit(cast, line())
    nora = signed_in(cast)
    for address in ("/participants/NET-001/?section=judge", f"/participants/NET-001/visit/{row.pk}/"):
        page = nora.get(address).content.decode()
        assert f"?proposal=visit-{row.pk}-HGB" in page and "/proposals/judge/" in page, address
    assert "Hemoglobin" in nora.get("/work/").content.decode()
    assert "Hemoglobin" not in signed_in(cast, Role.MONITOR).get("/work/").content.decode()
    read = signed_in(cast, Role.CHAIR).get("/participants/NET-001/?section=judge").content.decode()
    assert "Hemoglobin" in read and "?proposal=" not in read and 'name="what"' not in read


def test_one_click_opens_the_form_filled_with_term_grade_and_day_and_a_link_back(cast: Cast) -> None:
    row = visit(cast, line())
    page = signed_in(cast).get(open_proposals([cast.participant])[0].record_url).content.decode()
    assert 'value="hemoglobin"' in page and 'value="12-FEB-2026"' in page
    assert '<option value="2" selected' in page
    assert f'href="/participants/NET-001/visit/{row.pk}/"' in page
    assert not AdverseEvent.objects.exists()


def test_grades_appear_as_the_values_are_typed_without_being_saved(cast: Cast) -> None:
    page = signed_in(cast).post("/participants/NET-001/visit/grades/", TYPED)
    words = page.content.decode()
    assert page.status_code == 200 and not Visit.objects.exists()
    assert "9.4\xa0g/dL is at least 8\xa0g/dL and below 10\xa0g/dL" in words and 'id="grade-HGB" hx-swap-oob' in words
    half = {"lab-ALT-value": "90", "lab-ALT-unit": "U/L", "weight_kg": "x"}
    assert "upper limit of normal is missing" in signed_in(cast).post(
        "/participants/NET-001/visit/grades/", half).content.decode()  # fmt: skip
    assert signed_in(cast).get("/participants/NET-001/visit/grades/").status_code == 405


def test_without_scripts_the_grades_stand_on_the_saved_visit_and_beside_a_refused_one(cast: Cast) -> None:
    row, nora = visit(cast, line()), signed_in(cast)
    assert "below 10\xa0g/dL" in nora.get(f"/participants/NET-001/visit/{row.pk}/").content.decode()
    refused = nora.post("/participants/NET-001/visit/new/", {**TYPED, "ecog": "7", "cycle_number": "x"})
    assert refused.status_code == 422 and "below 10\xa0g/dL" in refused.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_participants(cast: Cast) -> None:
    visit(cast, line())
    others = [register(cast.people[Role.COORDINATOR], cast.north) for _ in range(3)]
    with CaptureQueriesContext(connection) as one:
        open_proposals([cast.participant])
    with CaptureQueriesContext(connection) as many:
        open_proposals([cast.participant, *others])
    assert len(one) == len(many) == 1


def test_a_new_visit_begins_with_the_laboratorys_last_units_and_limits_and_without_values(cast: Cast) -> None:
    visit(cast, line(unit="g/L", value="125", lower="120", upper="160"))
    page = signed_in(cast).get("/participants/NET-001/visit/new/").content.decode()
    row = page[page.index('name="lab-HGB-value"') : page.index('id="grade-HGB"')]
    assert 'value="g/L"' in row and 'value="120"' in row and 'value="160"' in row and 'value="125' not in row
    assert signed_in(cast).post("/participants/NET-001/visit/new/", {
        **TYPED, "cycle_number": "2", "visited_on": "12-MAR-2026", "lab-HGB-value": "", "lab-HGB-value_missing": "",
    }).status_code == 302  # fmt: skip
    assert Visit.objects.get(cycle_number=2).laboratory.count() == 0


def test_a_save_does_not_work_out_what_only_a_page_shows(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    row, nora = visit(cast, line()), signed_in(cast)
    address = f"/participants/NET-001/visit/{row.pk}/"
    shown = shown_at(nora, address)

    def shown_only(*_: Any) -> None:
        raise AssertionError("asked for while saving")

    for name in ("open_proposals", "grade_body", "past_on_record"):
        monkeypatch.setattr(f"capture.entry.views.grading.{name}", shown_only)
    answer = nora.post(address, {**TYPED, **shown, "reason_code": "entry_error"})
    assert answer.status_code == 302, answer.content.decode()
