"""Adverse events of one participant and of a group: on treatment, worst grade, attribution, cycle, registry table.

Cycle 1 starts on 5-JAN-2026, cycle 2 on 2-FEB; the last dose is on 1-MAR, so that events count up to 31-MAR.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from analysis.endpoints.answers import toxicity as answers
from analysis.outcomes import toxicity
from analysis.outcomes.cohort import Cohort
from analysis.statistics import intervals
from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import PartialDate, from_stored
from trial.rules.evaluation.facts import AdverseEventFact, CycleFact, OffTreatmentFact, ParticipantFact

SETTINGS = AnalysisSettings()
FULL = ((1, 28, 400, "twice_daily"),)
TREATED = ParticipantFact(
    1, "NET-001", "A", "NORTH", date(2026, 1, 1), date(2025, 12, 20),
    cycles=(CycleFact(1, 1, date(2026, 1, 5), FULL), CycleFact(2, 2, date(2026, 2, 2), FULL)),
)  # fmt: skip


def event(
    key: int, onset: str | None, grade: int | None = 3, attribution: int | None = 4, **more: Any
) -> AdverseEventFact:
    """Diarrhoea from this (partial) date; no date: not on record."""
    on: PartialDate | None = from_stored(onset) if onset else None
    fact = AdverseEventFact(key, "diarrhea", "", "", grade, attribution, on, None, False, "recovered")
    return replace(fact, **more)


def derived(*events: AdverseEventFact) -> dict[str, Any]:
    """The toxicity of a participant with these events."""
    return toxicity.derive(replace(TREATED, adverse_events=events), SETTINGS)


def group(*people: tuple[AdverseEventFact, ...]) -> Cohort:
    """Treated participants with these events each."""
    rows = [
        {"number": f"NET-{place:03}", "treated": True, "toxicity": derived(*events), "dates": {"death": None}}
        for place, events in enumerate(people, start=1)
    ]
    return Cohort("A", rows, SETTINGS)


@pytest.mark.parametrize(
    ("onset", "counted", "near"),
    [
        pytest.param("2026-01-04", False, False, id="the day before the first dose"),
        pytest.param("2026-01-05", True, True, id="the day of the first dose"),
        pytest.param("2026-03-31", True, True, id="30 days after the last dose"),
        pytest.param("2026-04-01", True, False, id="31 days after the last dose"),
        pytest.param("2028-01-02", True, False, id="731 days after registration"),
        pytest.param("2028-01-03", False, False, id="732 days after registration"),
        pytest.param("2026-01", True, True, id="a month that holds the first dose"),
        pytest.param("2026-03", True, True, id="a month within reach of the last dose"),
        pytest.param("2025-12", False, False, id="a month before the first dose"),
        pytest.param("2028-01", True, False, id="a month that holds the last day"),
        pytest.param("2028-02", False, False, id="a month after it"),
        pytest.param("2026", True, True, id="a year"),
        pytest.param(None, True, True, id="no date: read as after the first dose"),
    ],
)
def test_an_event_counts_from_the_first_dose_to_2_years_and_by_the_sensitivity_line_to_30_days_after_the_last(
    onset: str | None, counted: bool, near: bool
) -> None:
    found = derived(event(1, onset))
    assert (bool(found["events"]), bool(found["near"]["events"])) == (counted, near)
    assert (found["status"], found["near"]["status"]) == tuple("yes" if each else "no" for each in (counted, near))
    for answer in (answers.severe_related, answers.adverse_events):
        result = answer(group((event(1, onset),)))
        (line,) = result["sensitivity"]
        assert (result["numerator"], line["numerator"], line["denominator"]) == (int(counted), int(near), 1)
        assert line["name"] == "Only to 30 days after the last dose"


def test_a_reading_of_a_partial_or_missing_onset_is_said() -> None:
    flags = [row["flag"] for row in derived(event(1, "2026-01"), event(2, "2026-02"), event(3, None))["events"]]
    assert flags == [
        "partial onset UNK-JAN-2026 read as after the first dose", "",
        "onset not on record: read as after the first dose",
    ]  # fmt: skip


@pytest.mark.parametrize(("onset", "read"), [
    ("2026-01", "2026-01-05"), ("2026", "2026-01-05"), ("2026-02", "2026-02-01"), ("2026-01-09", "2026-01-09"),
    (None, None),
])  # fmt: skip
def test_the_day_that_an_onset_was_read_as_is_never_before_the_first_dose(onset: str | None, read: str | None) -> None:
    """The first dose is on 5 January."""
    assert [row["read_on"] for row in derived(event(1, onset))["events"]] == [read]


def test_an_event_without_onset_that_ended_before_the_first_dose_is_not_on_treatment() -> None:
    assert derived(event(1, None, resolved_on=PartialDate(2026, 1, 4)))["events"] == []


@pytest.mark.parametrize(
    ("before", "now", "status"),
    [(2, 3, "yes"), (3, 3, "no"), (4, 3, "no"), (None, 3, "undetermined"), (2, None, "undetermined")],
    ids=["worse", "the same", "better", "grade at baseline unknown", "grade now unknown"],
)
@pytest.mark.parametrize("flagged", [True, False], ids=["called present at baseline", "by its onset before treatment"])
def test_what_was_there_before_treatment_counts_once_it_is_worse(
    before: int | None, now: int | None, status: str, flagged: bool
) -> None:
    first = event(1, "2025-12-20", before, present_at_baseline=flagged)
    assert derived(first, event(2, "2026-01-20", now, continues_id=1))["status"] == status


def test_the_grade_at_baseline_is_that_of_the_last_episode_before_treatment() -> None:
    chain = (event(1, "2025-11-01", 1), event(2, "2025-12-20", 3, continues_id=1))
    assert derived(*chain, event(3, "2026-01-20", 3, continues_id=2))["status"] == "no"
    assert derived(*chain, event(3, "2026-01-20", 4, continues_id=2))["status"] == "yes"


def test_a_rise_after_an_improvement_on_treatment_is_measured_against_baseline() -> None:
    chain = (event(1, "2025-12-20", 3), event(2, "2026-01-10", 1, continues_id=1))
    assert derived(*chain, event(3, "2026-01-20", 3, continues_id=2))["status"] == "no"


@pytest.mark.parametrize(
    ("grade", "attribution", "status"),
    [
        (3, 3, "yes"),
        (5, 5, "yes"),
        (2, 5, "no"),
        (5, 2, "no"),
        (None, 3, "undetermined"),
        (3, None, "undetermined"),
        (None, None, "undetermined"),
        (None, 2, "no"),
        (2, None, "no"),
    ],
)
def test_severe_and_related_or_undetermined_where_what_is_missing_decides(
    grade: int | None, attribution: int | None, status: str
) -> None:
    assert derived(event(1, "2026-01-20", grade, attribution))["status"] == status


def test_one_clear_event_outweighs_an_undetermined_one() -> None:
    assert derived(event(1, "2026-01-20", None), event(2, "2026-02-20"))["status"] == "yes"


@pytest.mark.parametrize(
    ("onset", "entered", "cycle"),
    [
        ("2026-01-05", None, 1),
        ("2026-02-01", None, 1),
        ("2026-02-02", None, 2),
        ("2026-03-20", None, 2),
        ("2026-02", None, None),
        ("2026-03", None, 2),
        ("2026-01", 1, 1),
        ("2026", None, None),
        ("2026", 2, 2),
        (None, None, None),
    ],
)
def test_the_cycle_of_onset_follows_from_its_date_else_from_what_was_entered(
    onset: str | None, entered: int | None, cycle: int | None
) -> None:
    (row,) = derived(event(1, onset, cycle_number=entered))["events"]
    assert row["cycle"] == cycle


def test_the_worst_grade_of_a_term_is_over_all_its_episodes() -> None:
    found = derived(event(1, "2026-01-10", 1, 2), event(2, "2026-01-20", 3, 1, continues_id=1),
                    event(3, "2026-02-10", 2, 5))  # fmt: skip
    (term,) = found["terms"]
    assert (term["worst"], term["worst_related"], term["attribution"]) == (3, 2, 5)
    assert (found["status"], term["counts"]) == ("no", False)


NAUSEA = {"term": "nausea"}
COHORT = group(
    (event(1, "2026-01-10", 2), event(2, "2026-01-20", 3, continues_id=1), event(3, "2026-02-10", 1)),
    (event(1, "2026-02-10", 4, 1, serious=True), event(2, "2026-01-10", 1, 3, **NAUSEA)),
    (event(1, "2026-01-10", None, 5, **NAUSEA),),
    (),
)


def test_the_registry_table_counts_participants_and_events_apart_for_serious_and_other() -> None:
    table = answers.adverse_events(COHORT)["registry"]
    rows = {
        kind: {row["term"]: (row["affected"], row["at_risk"], row["events"]) for row in table[kind]}
        for kind in ("serious", "other", "all")
    }
    # The first participant's grade changed within one event, and a second event came later: two events.
    assert rows["serious"] == {"diarrhea": (1, 4, 1)}
    assert rows["other"] == {"diarrhea": (1, 4, 2), "nausea": (2, 4, 2)}
    assert rows["all"] == {"diarrhea": (2, 4, 3), "nausea": (2, 4, 2)}
    assert table["totals"] == {
        "serious": {"affected": 1, "at_risk": 4}, "other": {"affected": 3, "at_risk": 4},
        "all": {"affected": 3, "at_risk": 4}, "deaths": {"affected": 0, "at_risk": 4},
    }  # fmt: skip


def test_an_event_is_serious_once_any_of_its_episodes_is() -> None:
    cohort = group((event(1, "2026-01-10", 2), event(2, "2026-01-20", 4, continues_id=1, serious=True)))
    table = answers.adverse_events(cohort)["registry"]
    assert [len(table[kind]) for kind in ("serious", "other")] == [1, 0]


def test_terms_categories_and_grades_count_each_participant_once() -> None:
    found = answers.adverse_events(COHORT)
    assert (found["numerator"], found["denominator"]) == (3, 4)
    assert found["worst"] == {"1": 0, "2": 0, "3": 1, "4": 1, "5": 0, "unknown": 1}
    (category,) = found["categories"]
    assert (category["participants"], category["counts"]["unknown"]) == (3, 1)
    diarrhea = next(row for row in found["terms"] if row["term"] == "diarrhea")
    assert diarrhea["attributions"] == {"1": 1, "2": 0, "3": 0, "4": 1, "5": 0, "unknown": 0}
    assert (diarrhea["severe_related"], diarrhea["numbers"]) == (1, ["NET-001", "NET-002"])


def test_rates_by_term_have_exact_intervals() -> None:
    diarrhea = next(row for row in answers.adverse_events(COHORT)["terms"] if row["term"] == "diarrhea")
    assert (diarrhea["rate"]["estimate"], diarrhea["severe_related_rate"]["estimate"]) == (0.5, 0.25)
    # R 4.2.2: binom.test(2, 4)$conf.int and binom.test(1, 4)$conf.int
    limits = [diarrhea[key][end] for key in ("rate", "severe_related_rate") for end in ("lower", "upper")]
    assert limits == pytest.approx([0.06758599, 0.93241401, 0.006309463, 0.8058796], abs=1e-7)
    assert intervals.clopper_pearson(2, 4) == (diarrhea["rate"]["lower"], diarrhea["rate"]["upper"])


def test_events_are_counted_by_the_cycle_in_which_they_began() -> None:
    rows = answers.adverse_events(COHORT)["cycles"]
    assert [(row["cycle"], row["participants"], row["events"], row["severe_related"]) for row in rows] == [
        (1, 3, 3, 1), (2, 2, 2, 0),
    ]  # fmt: skip


def test_a_missing_grade_or_attribution_is_asked_for() -> None:
    found = toxicity.queries_of(derived(event(1, "2026-01-20", None, None), event(2, "2026-01-21")))
    assert [each["code"] for each in found] == ["grade_missing", "attribution_missing"]


def test_an_event_past_the_reach_of_the_last_dose_is_asked_about_while_treatment_goes_on() -> None:
    late = replace(TREATED, adverse_events=(event(1, "2026-04-10"),))
    (query,) = toxicity.beyond_last_dose(late, SETTINGS)
    assert query["code"] == "event_beyond_doses"
    assert "10-APR-2026" in query["words"] and "01-MAR-2026" in query["words"]
    ended = replace(late, off_treatment=OffTreatmentFact(1, date(2026, 3, 2), "progression"))
    assert toxicity.beyond_last_dose(ended, SETTINGS) == []
    assert toxicity.beyond_last_dose(replace(TREATED, adverse_events=(event(1, "2026-03-31"),)), SETTINGS) == []


def test_nobody_untreated_has_toxicity() -> None:
    untreated = replace(TREATED, cycles=(), adverse_events=(event(1, "2026-01-20"),))
    found = toxicity.derive(untreated, SETTINGS)
    assert (found["status"], found["because"], found["events"]) == ("no", "no dose taken", [])
