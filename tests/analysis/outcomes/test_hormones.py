"""Hormone improvement: baseline above normal, halved or normal on treatment before progression or new therapy.

First dose on day 4 after registration, last on day 59; the upper limit of normal is 100 and the baseline 400.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analysis.endpoints import figures
from analysis.endpoints.answers import hormones as answers
from analysis.outcomes import outcome
from analysis.outcomes.cohort import Cohort
from capture.casebook.forms.visit import assay_changed
from tests.analysis.endpoints.test_answers import day, person, scan
from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation.facts import FollowUpFact, HormoneFact, MedicationFact, ParticipantFact

SETTINGS = AnalysisSettings()
PERSON = person("NET-001", cycles=2)


def level(key: int, number: int, value: str | None, marker: str = "CGA", **more: Any) -> HormoneFact:
    """A level so many days after registration against an upper limit of 100 by RIA."""
    amount = None if value is None else Decimal(value)
    return replace(HormoneFact(key, marker, day(number), amount, "ng/mL", Decimal(100), "RIA"), **more)


def marker_of(fact: ParticipantFact, *levels: HormoneFact) -> dict[str, Any]:
    """What is said of the only marker."""
    (found,) = outcome.derive(replace(fact, hormones=levels), SETTINGS)["hormones"]
    return dict(found)


@pytest.mark.parametrize(("value", "words"), [("300", "−25.0% on 31-JAN-2026"), ("500", "+25.0% on 31-JAN-2026")])
def test_the_change_has_a_true_minus_and_its_date_has_none(value: str, words: str) -> None:
    assert marker_of(PERSON, level(1, -1, "400"), level(2, 30, value))["because"] == words


@pytest.mark.parametrize(
    ("levels", "raised", "improved"),
    [
        pytest.param((level(1, -1, "400"), level(2, 30, "200")), True, True, id="exactly halved"),
        pytest.param((level(1, -1, "400"), level(2, 30, "200.1")), True, False, id="not quite halved"),
        pytest.param((level(1, -1, "150"), level(2, 30, "100")), True, True, id="normal at the limit: −33 %"),
        pytest.param((level(1, -1, "150"), level(2, 30, "101")), True, False, id="neither halved nor normal"),
        pytest.param((level(1, -1, "400"), level(2, 30, "200"), level(3, 50, "500")), True, True,
                     id="the best value counts though it rose again"),
        pytest.param((level(1, -1, "100"), level(2, 30, "40")), False, False, id="not above the limit at baseline"),
        pytest.param((level(1, -1, "400", upper_limit=None), level(2, 30, "40")), None, False, id="limit not known"),
        pytest.param((level(1, -1, "400"),), True, False, id="no level on treatment"),
        pytest.param((level(1, -1, "400"), level(2, 30, None)), True, False, id="a missing level is no level"),
        pytest.param((level(1, -9, "90"), level(2, 4, "400"), level(3, 30, "200")), True, True,
                     id="the last level by the first dose is the baseline"),
        pytest.param((level(1, -1, "400"), level(2, 4, "40")), False, False,
                     id="a level on the day of the first dose is baseline, not treatment"),
        pytest.param((level(1, -1, "400"), level(2, 89, "200")), True, True, id="30 days after the last dose"),
        pytest.param((level(1, -1, "400"), level(2, 90, "200")), True, False, id="31 days after the last dose"),
        pytest.param((level(1, 30, "400"), level(2, 50, "40")), None, False, id="no baseline level"),
    ],
)  # fmt: skip
def test_improvement(levels: tuple[HormoneFact, ...], raised: bool | None, improved: bool) -> None:
    found = marker_of(PERSON, *levels)
    assert (found["raised"], found["improved"]) == (raised, improved)


PROGRESSED = person("NET-001", scan(2, day(40), "60"))
ANOTHER_THERAPY = replace(
    PERSON, follow_ups=(FollowUpFact(1, day(70), True, "none", None, None, PartialDate(2026, 2, 10)),)
)


@pytest.mark.parametrize("fact", [PROGRESSED, ANOTHER_THERAPY], ids=["progression", "new therapy"])
@pytest.mark.parametrize(("number", "improved"), [(39, True), (40, False)], ids=["the day before", "on the day"])
def test_only_levels_before_progression_or_new_therapy_count(
    fact: ParticipantFact, number: int, improved: bool
) -> None:
    assert marker_of(fact, level(1, -1, "400"), level(2, number, "200"))["improved"] == improved


OTHERWISE = pytest.mark.parametrize("changed", [{"assay": "ELISA"}, {"unit": "nmol/L"}], ids=["assay", "unit"])


@OTHERWISE
def test_a_level_above_its_limit_by_another_assay_or_in_another_unit_is_flagged_and_not_used(
    changed: dict[str, str],
) -> None:
    found = marker_of(PERSON, level(1, -1, "400"), level(2, 30, "150", **changed))
    assert (found["improved"], found["assay_changed"], found["best"]) == (False, True, None)
    assert found["because"] == "no level on treatment to compare"


@OTHERWISE
def test_a_level_within_the_limit_of_its_own_laboratory_is_normal_however_measured_and_flagged(
    changed: dict[str, str],
) -> None:
    found = marker_of(PERSON, level(1, -1, "400"), level(2, 30, "8", upper_limit=Decimal(9), **changed))
    assert (found["improved"], found["normalised"], found["assay_changed"]) == (True, True, True)
    assert found["because"].startswith("normal on 31-JAN-2026, by another")
    assert found["best"] == {"on": "2026-01-31", "value": "8", "change_percent": None}, "no decrease is made of it"


def test_a_decrease_is_measured_by_the_assay_of_the_baseline_alone() -> None:
    levels = (level(1, -1, "400"), level(2, 30, "220"), level(3, 40, "150", assay="ELISA"))
    found = marker_of(PERSON, *levels)
    assert (found["improved"], found["best"]["change_percent"]) == (False, "-45.0")


@pytest.mark.parametrize("assay", ["RIA", "ria", " R I\u00a0A ", ""])
def test_an_assay_is_the_same_without_regard_to_case_and_spaces_for_form_and_analysis(assay: str) -> None:
    found = marker_of(PERSON, level(1, -1, "400"), level(2, 30, "190", assay=assay))
    assert (found["improved"], found["assay_changed"]) == (True, False)
    last = level(1, -1, "400")
    assert not assay_changed({"others": [last], "marker": "CGA", "sampled_on": day(30), "assay": assay})
    assert assay_changed({"others": [last], "marker": "CGA", "sampled_on": day(30), "assay": "RIB"})


def test_units_are_named_by_their_signs_and_not_by_their_codes() -> None:
    found = marker_of(PERSON, level(1, -1, "400"), level(2, 30, "150", unit="ug/L"))
    assert "another unit than at baseline (µg/L, not ng/mL)" in str(found) and "(ug/L" not in str(found)


def _taken(started: PartialDate | None, stopped: PartialDate | None, kind: str = "somatostatin_analogue") -> str:
    fact = replace(PERSON, medications=(MedicationFact(1, kind, "octreotide", started, stopped),))
    return str(marker_of(fact, level(1, -1, "400"), level(2, 30, "200"))["analogue"])


@pytest.mark.parametrize(
    ("started", "stopped", "words"),
    [
        (PartialDate(2026, 1, 10), None, "octreotide started 10-JAN-2026"),
        (PartialDate(2025, 6), PartialDate(2026, 1, 20), "octreotide stopped 20-JAN-2026"),
        (PartialDate(2025, 6), None, "octreotide taken throughout"),
        (None, None, "octreotide taken, dates not on record"),
        (PartialDate(2026, 3, 1), None, ""),
        (PartialDate(2025, 6), PartialDate(2025, 11), ""),
    ],
)
def test_a_somatostatin_analogue_between_baseline_and_last_level_is_flagged(
    started: PartialDate | None, stopped: PartialDate | None, words: str
) -> None:
    assert _taken(started, stopped) == words
    assert _taken(started, stopped, kind="other") == ""


def test_a_participant_counts_per_marker_and_once_for_any_marker() -> None:
    people = [
        ("NET-001", (level(1, -1, "400"), level(2, 30, "100"), level(3, -1, "200", "GASTRIN"),
                     level(4, 30, "190", "GASTRIN"))),
        ("NET-002", (level(1, -1, "300"),)),
        ("NET-003", (level(1, -1, "90"), level(2, 30, "20"))),
    ]  # fmt: skip
    rows = [
        {"number": number, "hormones": outcome.derive(replace(PERSON, hormones=levels), SETTINGS)["hormones"]}
        for number, levels in people
    ]
    found = answers.answer(Cohort("A", rows, SETTINGS))
    assert (found["participants"], found["denominator"]) == (["NET-001"], 2)
    shares = {each["marker"]: (each["numerator"], each["denominator"]) for each in found["markers"]}
    assert shares == {"CGA": (1, 2), "GASTRIN": (0, 1)}
    assert found["not_compared"] == ["NET-002"]


def test_a_first_level_in_cycle_2_is_neither_raised_nor_not_raised_at_baseline_and_keeps_its_own_range() -> None:
    late = (level(1, 32, "400"), level(2, 50, "40"), level(3, 55, None))
    found = marker_of(PERSON, *late)
    assert (found["raised"], found["baseline"], found["because"]) == (None, None, "no baseline value")
    assert [each["normal"] for each in found["samples"]] == [False, True, None]
    assert [each["why_not"] for each in found["samples"]] == ["no baseline value", "no baseline value", "no value"]
    people = {"NET-001": late, "NET-002": (level(4, -1, "90"),), "NET-003": (level(5, -1, "90", upper_limit=None),),
              "NET-004": (level(6, -1, "400"),)}  # fmt: skip
    rows = [{"number": number, **outcome.derive(replace(PERSON, hormones=levels), SETTINGS)}
            for number, levels in people.items()]  # fmt: skip
    (line,) = answers.answer(Cohort("A", rows, SETTINGS))["markers"]
    assert {name: line[name] for name in ("denominator", *answers.OTHERS)} == {
        "denominator": 1, "not_raised": 1, "undetermined": 1, "no_baseline": 1}  # fmt: skip
    behind = figures.figure("marker_no_baseline-CGA")
    assert behind and [row["number"] for row in rows if behind.includes(row)] == ["NET-001"]


def test_the_decrease_that_counts_is_a_setting() -> None:
    levels = (level(1, -1, "400"), level(2, 30, "280"))
    (found,) = outcome.derive(replace(PERSON, hormones=levels), AnalysisSettings(hormone_decrease_percent=30))[
        "hormones"
    ]
    assert found["improved"]
    assert date.fromisoformat(found["best"]["on"]) == day(30)


@pytest.mark.parametrize(
    ("baseline", "later", "raised", "improved", "because"),
    [
        pytest.param(">100", "60", True, True, "baseline reported as >100: no change in percent", id="above the limit"),
        pytest.param(">1000", "110", True, False, "baseline reported as >1000: no change in percent", id="no halving"),
        pytest.param(">90", "40", None, False, "not known whether it was raised", id="> below the limit"),
        pytest.param("<100", "40", False, False, "not above the upper limit of normal", id="< at the limit"),
        pytest.param("<101", "40", None, False, "not known whether it was raised", id="< above the limit"),
        pytest.param("400", "<5", True, True, "reported as <5: no change in percent", id="normal, by a limit"),
        pytest.param("400", "<110", True, False, "no level on treatment to compare", id="not known to be normal"),
        pytest.param("400", ">100", True, False, "no level on treatment to compare", id="still above"),
    ],
)
def test_no_number_is_made_of_a_level_below_or_above_a_limit(
    baseline: str, later: str, raised: bool | None, improved: bool, because: str
) -> None:
    found = marker_of(PERSON, _reported(1, -1, baseline), _reported(2, 30, later))
    assert (found["raised"], found["improved"]) == (raised, improved)
    assert because in found["because"] and all(each["percent_of_baseline"] is None for each in found["samples"][1:])
    assert [each["value"] for each in found["samples"]] == [baseline, later]
    assert found["best"] is None or found["best"]["change_percent"] is None


def _reported(key: int, number: int, text: str) -> HormoneFact:
    return level(key, number, text.lstrip("<>"), qualifier=text[0] if text[0] in "<>" else "")
