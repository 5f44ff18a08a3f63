"""Every endpoint of a group of five people, with values worked out by hand beside them.

Registered on 1-JAN-2026, treated from 5-JAN. responder: 50 mm → 30 mm on day 60 and day 90, PD on day 150.
stable: 50 → 48 mm on day 60, dies on day 200. progressor: 50 → 60 mm on day 60 (+20 %).
untreated: no dose. ineligible: treated, found ineligible, no scan after baseline.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from analysis.endpoints import registry
from analysis.endpoints.answers import enrollment, plot_series
from analysis.endpoints.answers.curves import participants
from analysis.endpoints.evidence import of_treatment
from analysis.endpoints.figures import FIGURES, figure
from analysis.outcomes import outcome
from analysis.outcomes.cohort import Cohort
from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation import facts

START = date(2026, 1, 1)
DAY_1 = date(2026, 1, 5)
SETTINGS = AnalysisSettings()


def day(number: int) -> date:
    """So many days after registration."""
    return START + timedelta(days=number)


def scan(key: int, on: date, millimetres: str, kind: str = "follow_up") -> facts.AssessmentFact:
    """One target lesion of this size."""
    new = "no" if kind == "follow_up" else ""
    reading = facts.ReadingFact(1, "measured", Decimal(millimetres), "", None)
    return facts.AssessmentFact(key, kind, on, "not_done", new, None, "", (reading,))


def person(number: str, *scans: facts.AssessmentFact, cycles: int = 2) -> facts.ParticipantFact:
    """A participant with one liver lesion of 50 mm and so many full cycles."""
    return facts.ParticipantFact(
        id=int(number[-3:]), number=number, group="A", site="NORTH", registered_on=START,
        consented_on=START - timedelta(days=3), lesions=(facts.LesionFact(1, "T1", "target", "liver", None),),
        assessments=(scan(1, START - timedelta(days=2), "50", "baseline"), *scans),
        cycles=tuple(facts.CycleFact(n, n, DAY_1 + timedelta(days=28 * (n - 1)), ((1, 28, 400, "twice_daily"),))
                     for n in range(1, cycles + 1)),
    )  # fmt: skip


def event(key: int, grade: int | None, attribution: int | None, on: date) -> facts.AdverseEventFact:
    """Diarrhoea of this grade."""
    return facts.AdverseEventFact(key, "diarrhea", "", "", grade, attribution, PartialDate(on.year, on.month, on.day),
                                  None, False, "recovered")  # fmt: skip


def level(key: int, on: date, value: str) -> facts.HormoneFact:
    """Chromogranin A against an upper limit of 100."""
    return facts.HormoneFact(key, "CGA", on, Decimal(value), "ng/mL", Decimal(100), "RIA")


def sample(visit: int, on: date, value: str = "14", **more: Any) -> facts.LaboratoryFact:
    """Hemoglobin in g/dL of a laboratory whose normal range is 12 to 16, or as said."""
    named = {"analyte": "HGB", "value": Decimal(value), "value_qualifier": "", "unit": "g/dL",
             "lower_limit": Decimal(12), "upper_limit": Decimal(16)}  # fmt: skip
    return facts.LaboratoryFact(visit, on, facts.LaboratoryValue(**(named | more)))


RESPONDER = replace(
    person("NET-001", scan(2, day(60), "30"), scan(3, day(90), "30"), scan(4, day(150), "50")),
    adverse_events=(event(1, 3, 4, day(20)), event(2, 4, 2, day(25))),
    hormones=(level(1, START - timedelta(days=1), "400"), level(2, day(60), "200")),
    off_treatment=facts.OffTreatmentFact(1, day(151), "progression"),
)
STABLE = replace(
    person("NET-002", scan(2, day(60), "48")),
    adverse_events=(event(3, None, 4, day(30)),),
    hormones=(level(3, START - timedelta(days=1), "300"), level(4, day(60), "151")),
    follow_ups=(facts.FollowUpFact(1, day(180), True, "none", None, None, None),),
    death=facts.DeathFact(1, PartialDate(2026, 7, 20), "disease"),
)
PROGRESSOR = replace(person("NET-003", scan(2, day(60), "60")), adverse_events=(event(5, 2, 5, day(30)),))
UNTREATED = person("NET-004", cycles=0)
INELIGIBLE = replace(person("NET-005"), findings=(("ineligible", "Histology review"),))
EVERYONE = (RESPONDER, STABLE, PROGRESSOR, UNTREATED, INELIGIBLE)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """The endpoints of the five."""
    return answers(*EVERYONE)


def answers(*people: facts.ParticipantFact) -> dict[str, Any]:
    """All endpoints of these people."""
    outcomes = [outcome.derive(each, SETTINGS) for each in people]
    found = dict(registry.compute("A", outcomes, SETTINGS)["endpoints"])
    cohort = Cohort("A", outcomes, SETTINGS)
    for curve in registry.CURVES:
        found[curve.code] = {"listed": participants(curve.members(cohort), curve.times), **found[curve.code]}
    return found


def times(answer: dict[str, Any]) -> dict[str, tuple[int, bool]]:
    """Study number → (days, event)."""
    return {each["number"]: (each["days"], each["event"]) for each in answer["listed"]}


def test_response_rate_counts_confirmed_responders_among_the_evaluable(found: dict[str, Any]) -> None:
    rate = found["response_rate"]
    assert (rate["responders"], rate["denominator"]) == (["NET-001"], 3)
    assert {each["number"] for each in rate["excluded"]} == {"NET-004", "NET-005"}
    assert rate["all_registered"] == {"numerator": 1, "denominator": 5}
    assert {each["name"]: each["denominator"] for each in rate["sensitivity"]} == {
        "All registered participants": 5,
        "All evaluable, as one sample without stages": 3,
        "Evaluable, with those waived or found ineligible later": 4,
        "Evaluable whose outcome is mature": 3,
        "Strict: a PR after a CR does not confirm": 3,
        "First seen at any time, after treatment too": 3,
    }


IN_ERROR = replace(RESPONDER, id=6, number="NET-006", findings=(("in_error", "Registered twice"),))


def test_a_result_needs_no_more_of_an_outcome_than_the_worker_holds() -> None:
    outcomes = [outcome.derive(each, SETTINGS) for each in (*EVERYONE, IN_ERROR)]
    held = [{name: part for name, part in one.items() if name in registry.COMPUTED_FROM} for one in outcomes]
    assert "assessments" in outcomes[0] and "assessments" not in held[0]
    assert registry.compute("A", held, SETTINGS) == registry.compute("A", outcomes, SETTINGS)


def test_a_registration_in_error_is_in_no_population_and_no_count_and_is_listed_apart() -> None:
    outcomes = [outcome.derive(each, SETTINGS) for each in (*EVERYONE, IN_ERROR)]
    found, without = (registry.compute("A", among, SETTINGS) for among in (outcomes, outcomes[:5]))
    apart = found.pop("in_error")
    assert apart == [{"number": "NET-006", "because": "registered in error"}]
    assert without.pop("in_error") == [] and found == without
    listed = {name: [each["number"] for each in figure.members(outcomes, found)] for name, figure in FIGURES.items()}
    assert [name for name, numbers in listed.items() if "NET-006" in numbers] == ["in_error"]
    assert listed["in_error"] == ["NET-006"]
    assert outcomes[5]["queries"] == [], "nothing is asked of nobody's record"


def test_best_response(found: dict[str, Any]) -> None:
    assert found["best_response"]["categories"] == {"PR": ["NET-001"], "SD": ["NET-002"], "PD": ["NET-003"]}


def test_progression_free_survival_ends_at_progression_or_death(found: dict[str, Any]) -> None:
    # Untreated: the baseline lies before registration, so that it is censored at registration.
    assert times(found["progression_free_survival"]) == {
        "NET-001": (150, True), "NET-002": (200, True), "NET-003": (60, True), "NET-004": (0, False),
    }  # fmt: skip
    # At risk 3 after the one censored at 0: 1, 2/3 at 60, 1/3 at 150, 0 at 200; the median is day 150.
    assert found["progression_free_survival"]["median_months"] == pytest.approx(150 / 30.4375, abs=1e-4)


def test_time_to_progression_censors_a_death_at_the_last_disease_assessment(found: dict[str, Any]) -> None:
    assert times(found["time_to_progression"]) == {
        "NET-001": (150, True), "NET-002": (60, False), "NET-003": (60, True), "NET-004": (0, False),
    }  # fmt: skip


def test_overall_survival_ends_at_death_else_at_the_last_day_known_alive(found: dict[str, Any]) -> None:
    # NET-003: the last dose of cycle 2 is day 28 of it, 5-JAN + 28 + 27 days = day 59; the scan on day 60 is later.
    assert times(found["overall_survival"]) == {
        "NET-001": (150, False), "NET-002": (200, True), "NET-003": (60, False), "NET-004": (0, False),
    }  # fmt: skip


def test_duration_of_response_runs_from_the_first_response_to_progression(found: dict[str, Any]) -> None:
    duration = found["duration_of_response"]
    assert times(duration) == {"NET-001": (90, True)}
    assert duration["simple"]["median_months"] == pytest.approx(90 / 30.4375, abs=1e-4)
    assert duration["simple"]["censored"] == 0


def test_toxicity_counts_severe_and_related_in_one_event(found: dict[str, Any]) -> None:
    toxic = found["toxicity"]
    # NET-001: grade 3 probably related. NET-002: no grade. NET-003: grade 2. NET-005: nothing. Treated: 4.
    assert [each["number"] for each in toxic["participants"]] == ["NET-001"]
    assert [each["number"] for each in toxic["undetermined"]] == ["NET-002"]
    assert (toxic["numerator"], toxic["denominator"]) == (1, 4)


def test_severity_of_one_event_and_relation_of_another_do_not_add_up() -> None:
    mixed = replace(STABLE, adverse_events=(event(1, 4, 2, day(20)), event(2, 2, 5, day(25))))
    assert answers(mixed)["toxicity"]["numerator"] == 0


def test_an_event_31_days_after_the_last_dose_is_left_out_by_the_sensitivity_line_alone() -> None:
    last_dose = DAY_1 + timedelta(days=55)
    for days, near in ((30, 1), (31, 0)):
        found = answers(replace(STABLE, adverse_events=(event(1, 3, 4, last_dose + timedelta(days=days)),)))["toxicity"]
        assert (found["numerator"], found["sensitivity"][0]["numerator"]) == (1, near)


def test_adverse_events_count_each_participant_once_by_the_worst_grade(found: dict[str, Any]) -> None:
    (term,) = found["adverse_events"]["terms"]
    assert (term["participants"], term["counts"]["4"], term["counts"]["2"], term["counts"]["unknown"]) == (3, 1, 1, 1)


def test_hormones_improve_at_half_and_not_a_little_above(found: dict[str, Any]) -> None:
    improved = found["hormone_improvement"]
    # 400 → 200 is −50.0 %; 300 → 151 is −49.7 % and above the limit.
    assert (improved["participants"], improved["denominator"]) == (["NET-001"], 2)


def test_treatment_counts_cycles_and_reasons(found: dict[str, Any]) -> None:
    treatment = found["treatment"]
    assert treatment["denominator"] == 4
    assert treatment["cycles"] == {"median": 2.0, "lowest": 2.0, "highest": 2.0}
    assert treatment["off_treatment"]["progression"] == ["NET-001"]
    assert treatment["dose_intensity_percent"]["median"] == 100.0


def test_radiological_progression_at_follow_up_is_progression_and_clinical_alone_is_not() -> None:
    seen = facts.FollowUpFact(1, day(120), True, "radiological", day(118), None, None)
    felt = facts.FollowUpFact(1, day(120), True, "clinical", day(118), None, None)
    living = replace(STABLE, death=None)
    assert times(answers(replace(living, follow_ups=(seen,)))["time_to_progression"]) == {"NET-002": (118, True)}
    assert times(answers(replace(living, follow_ups=(felt,)))["time_to_progression"]) == {"NET-002": (60, False)}


def test_no_progression_moves_censoring_only_with_a_disease_assessment() -> None:
    living = replace(STABLE, death=None)
    assessed = facts.FollowUpFact(1, day(120), True, "none", None, day(117), None)
    told = facts.FollowUpFact(1, day(120), True, "none", None, None, None)
    key = "progression_free_survival"
    assert times(answers(replace(living, follow_ups=(assessed,)))[key]) == {"NET-002": (117, False)}
    assert times(answers(replace(living, follow_ups=(told,)))[key]) == {"NET-002": (60, False)}


def test_someone_seen_only_before_registration_is_censored_at_registration() -> None:
    assert times(answers(UNTREATED)["overall_survival"]) == {"NET-004": (0, False)}


class Read(dict[str, Any]):
    """An outcome that notes what is read of it."""

    names: set[str]

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("each", registry.EVERYTHING, ids=lambda each: each.code)
def test_an_answer_reads_only_what_it_declares(each: Any) -> None:
    names: set[str] = set()
    outcomes = []
    for person in EVERYONE:
        noted = Read(outcome.derive(person, SETTINGS))
        noted.names = names
        outcomes.append(noted)
    each.compute(Cohort("A", outcomes, SETTINGS))
    assert names <= each.reads


def test_of_each_step_of_the_flow_part_leaves_and_the_rest_is_the_next_step(found: dict[str, Any]) -> None:
    """Who stopped treatment is still treated and followed; a part of the step, not one who left."""
    sums = {True: 0, False: 0}
    for row in reversed(found["flow"]["rows"]):
        count = len(row["participants"])
        if enrollment.is_within(row):
            continue
        if row["level"]:
            sums[True] += count
            continue
        assert sums == {True: 0, False: 0} or count == sums[True] + sums[False], row["label"]
        sums = {True: 0, False: count}


def test_who_died_is_off_treatment_though_nobody_recorded_its_end(found: dict[str, Any]) -> None:
    """NET-002 died on treatment without a form off treatment; the untreated are on none."""
    flow = {row["label"]: row["participants"] for row in found["flow"]["rows"]}
    assert flow["off treatment: death"] == found["treatment"]["off_treatment"]["death"] == ["NET-002"]
    assert flow["on treatment"] == found["treatment"]["off_treatment"]["on treatment"] == ["NET-003", "NET-005"]
    assert not any(enrollment.leaves(row) for row in found["flow"]["rows"] if row["label"].startswith(("on ", "off ")))
    derived = outcome.derive(STABLE, SETTINGS)
    of_death = figure("off-death")
    assert of_death is not None and of_death.includes(derived)
    assert any("by a death" in fact.words for fact in of_treatment(derived))


@pytest.mark.parametrize(("contacts", "is_alive"), [
    ((), False), (((120, True),), True), (((120, True), (180, False)), False), (((180, True), (120, False)), True),
])  # fmt: skip
def test_a_lane_says_alive_only_of_whom_the_last_contact_says_so(
    contacts: tuple[tuple[int, bool], ...], is_alive: bool
) -> None:
    """A contact that says dead, or not known, says nothing of alive, before the form of the death is there too."""
    told = tuple(facts.FollowUpFact(place, day(on), alive, "none", None, None, None)
                 for place, (on, alive) in enumerate(contacts))  # fmt: skip
    off = replace(RESPONDER, follow_ups=told)
    for one, expected in ((off, is_alive), (replace(off, death=STABLE.death), False)):
        [lane] = plot_series.swimmer(Cohort("A", [outcome.derive(one, SETTINGS)], SETTINGS))
        assert lane["is_alive"] is expected


def test_a_new_lesion_after_the_assessments_of_the_best_change_is_no_note_of_its_bar() -> None:
    new = replace(scan(4, day(85), "20"), new_lesions="yes")
    ends = person("NET-001", scan(2, day(60), "80"), new)
    holds = person("NET-002", scan(2, day(60), "30"), new)
    [grown, shrunk] = (outcome.derive(each, SETTINGS) for each in (ends, holds))
    assert grown["best_change_percent"] == "60.0" and "new" not in plot_series.notes(grown)
    assert shrunk["best_change_percent"] == "-60.0" and "new" in plot_series.notes(shrunk)
