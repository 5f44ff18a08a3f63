"""Whole lives, made up: what must hold of every participant, at every clinical cut-off, and of every group of them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from analysis.endpoints import figures, registry
from analysis.outcomes import outcome
from analysis.outcomes.clinical_cutoff import cut_off
from tests.analysis.endpoints.test_answers import sample
from trial.protocol import AnalysisSettings, StagePlan
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation import facts

START, TODAY = date(2024, 1, 10), 850
SETTINGS = AnalysisSettings(plan=StagePlan((3, 6), (1, 2), (None, None)))
LESIONS = (
    facts.LesionFact(1, "T1", "target", "liver", None), facts.LesionFact(2, "T2", "target", "lung", None),
    facts.LesionFact(3, "N1", "non_target", "bone", None),
)  # fmt: skip
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = some.integers(0, TODAY)


def day(number: int) -> date:
    """So many days after registration, never after today."""
    return START + timedelta(min(number, TODAY))


def _partial(draw: Any, on: date) -> PartialDate:
    """A day as it is entered: whole, its month, or its year."""
    return draw(some.sampled_from((
        PartialDate(on.year, on.month, on.day), PartialDate(on.year, on.month), PartialDate(on.year),
    )))  # fmt: skip


def _reading(draw: Any, lesion: facts.LesionFact, assessed: int) -> facts.ReadingFact:
    scanned = draw(some.none() | some.integers(-3, 3))
    on = None if scanned is None else day(assessed + scanned)
    if lesion.kind == "target":
        size = draw(some.sampled_from(("0", "30", "35", "40", "40", "50", "60", "")))
        state = "measured" if size not in ("", "0") else "absent" if size else "not_evaluated"
        return facts.ReadingFact(lesion.id, state, Decimal(size) if state == "measured" else None, "", on)
    states = ("present",) * 4 + ("absent",) * 4 + ("not_evaluated", "unequivocal_progression")
    return facts.ReadingFact(lesion.id, draw(some.sampled_from(states)), None, "", on)


def _assessments(draw: Any) -> tuple[facts.AssessmentFact, ...]:
    sizes = tuple(facts.ReadingFact(key, "measured", Decimal(50), "", None) for key in (1, 2))
    first = facts.AssessmentFact(1, "baseline", START - timedelta(5), draw(some.sampled_from(("normal", "above"))), "",
                                 None, "", (*sizes, facts.ReadingFact(3, "present", None, "", None)))  # fmt: skip
    found, number = [first], 20
    for key in range(2, 2 + draw(some.integers(0, 5))):
        number += draw(some.integers(20, 60))
        new = draw(some.sampled_from(("no",) * 8 + ("yes", "not_evaluated")))
        new_on = day(number + draw(some.integers(-3, 3))) if new == "yes" and draw(some.booleans()) else None
        marker = draw(some.sampled_from(("normal", "above", "not_done")))
        readings = tuple(_reading(draw, lesion, number) for lesion in LESIONS)
        found.append(facts.AssessmentFact(key, "follow_up", day(number), marker, new, new_on, "", readings))
    return tuple(found)


def _contacts(draw: Any) -> tuple[facts.FollowUpFact, ...]:
    found = []
    for key in range(1, 1 + draw(some.integers(0, 3))):
        number = draw(DAYS)
        earlier = day(draw(some.integers(0, number)))
        kind = draw(some.sampled_from(("none", "radiological", "radiological", "clinical", "")))
        therapy = _partial(draw, earlier) if draw(some.booleans()) else None
        found.append(facts.FollowUpFact(
            key, day(number), draw(some.booleans()), kind, earlier if kind in ("radiological", "clinical") else None,
            earlier if kind == "none" and draw(some.booleans()) else None, therapy,
        ))  # fmt: skip
    return tuple(found)


@some.composite
def lives(draw: Any) -> facts.ParticipantFact:
    """A participant with any of what can be recorded by today, in any order."""
    cycles = tuple(facts.CycleFact(n, n, day(28 * n - 27), ((1, 28, 400, "twice_daily"),))
                   for n in range(1, 1 + draw(some.integers(0, 8))))  # fmt: skip
    events = tuple(
        facts.AdverseEventFact(key, "diarrhea", "", "", draw(some.none() | some.integers(1, 5)),
                               draw(some.integers(1, 5)),
                               draw(some.none()) if key == 3 else _partial(draw, day(draw(DAYS))),
                               None, False, "unknown")
        for key in range(1, 1 + draw(some.integers(0, 3)))
    )  # fmt: skip
    hormones = tuple(
        facts.HormoneFact(key, "CGA", day(number), Decimal(draw(some.integers(1, 500))), "ng/mL", Decimal(100), "RIA")
        for key, number in enumerate(draw(some.lists(DAYS, max_size=3)), start=1)
    )
    kind = draw(some.sampled_from(("", "", "", "ineligible", "cancelled", "in_error")))
    return facts.ParticipantFact(
        1, "NET-001", "A", "NORTH", START, START, findings=((kind, "because"),) if kind else (), lesions=LESIONS,
        assessments=_assessments(draw), cycles=cycles, adverse_events=events, hormones=hormones,
        visited_on=tuple(map(day, draw(some.lists(DAYS, max_size=2)))), follow_ups=_contacts(draw),
        laboratory=tuple(sample(key, day(on), str(draw(some.integers(2, 20))))
                         for key, on in enumerate(draw(some.lists(DAYS, max_size=2)), start=1)),
        off_treatment=facts.OffTreatmentFact(1, day(draw(DAYS)), "other") if draw(some.booleans()) else None,
        death=facts.DeathFact(1, _partial(draw, day(draw(some.integers(1, TODAY)))), "disease") if draw(some.booleans())
        else None,
        withdrawals=(facts.WithdrawalFact(1, day(draw(DAYS)), "all"),) if draw(some.booleans()) else (),
    )  # fmt: skip


def found_at(fact: facts.ParticipantFact, on: date) -> dict[str, Any]:
    """The outcome at a cut-off that is not before registration."""
    known = cut_off(fact, on, SETTINGS)
    assert known is not None
    return outcome.derive(known, SETTINGS)


def _days_of(found: Any, name: str = "") -> list[str]:
    """Every date of an outcome but those of its plots: complete ISO dates in values."""
    if isinstance(found, dict):
        return [one for key, value in found.items() for one in _days_of(value, key)]
    if isinstance(found, list):
        return [one for value in found for one in _days_of(value, name)]
    is_day = isinstance(found, str) and len(found) == 10 and found[4] == found[7] == "-"
    return [found] if is_day else []


@BOUNDED
@given(lives(), DAYS)
def test_survival_ends_no_earlier_than_progression_free_survival_and_nothing_after_the_cut_off(
    fact: facts.ParticipantFact, number: int
) -> None:
    found = outcome.derive(fact, SETTINGS)
    # The days on which something becomes known, and any other.
    days = {date.fromisoformat(each) for each in _days_of(found)} | {day(number), day(TODAY)}
    for on in sorted(each for each in days if each >= START)[-12:]:
        found = found_at(fact, on)
        assert found["os"]["on"] >= found["pfs"]["on"], (found["os"], found["pfs"])
        assert max(_days_of(found)) <= on.isoformat()


@BOUNDED
@given(lives())
def test_progression_and_death_are_known_from_their_own_day_as_without_a_cut_off(fact: facts.ParticipantFact) -> None:
    dates = outcome.derive(fact, SETTINGS)["dates"]
    for name in ("progression", "death", "new_therapy"):
        if dates[name] is not None and dates[name] >= START.isoformat():
            on = date.fromisoformat(dates[name])
            assert found_at(fact, on)["dates"][name] == dates[name]
            if on > START:
                assert found_at(fact, on - timedelta(1))["dates"][name] is None
    assert found_at(fact, day(TODAY))["dates"] == dates


@BOUNDED
@given(lives(), some.randoms())
def test_the_same_facts_give_the_same_answers_in_any_order(fact: facts.ParticipantFact, chance: Any) -> None:
    names = ("lesions", "assessments", "cycles", "adverse_events", "hormones", "follow_ups", "visited_on",
             "laboratory")
    mixed = replace(fact, **{name: tuple(chance.sample(getattr(fact, name), len(getattr(fact, name))))
                             for name in names})  # fmt: skip
    one, other = (outcome.derive(each, SETTINGS) for each in (fact, mixed))
    for name in ("confirmed", "best", "best_unconfirmed", "stage", "dates", "eligible", "evaluable", "hormones"):
        assert one[name] == other[name]
    for name in ("os", "pfs", "ttp", "dor"):
        assert [(each and (each["days"], each["event"])) for each in (one[name], other[name])] == [
            one[name] and (one[name]["days"], one[name]["event"])
        ] * 2
    assert one["toxicity"]["status"] == other["toxicity"]["status"]
    assert [row["overall"] for row in one["assessments"]] == [row["overall"] for row in other["assessments"]]


@BOUNDED
@given(some.lists(lives(), min_size=1, max_size=8))
def test_behind_every_count_stand_as_many_participants(drawn: list[facts.ParticipantFact]) -> None:
    outcomes = [outcome.derive(replace(each, id=n, number=f"NET-{n:03d}"), SETTINGS) for n, each in enumerate(drawn, 1)]
    result = registry.compute("A", outcomes, SETTINGS)
    for endpoint in registry.ENDPOINTS:
        for number in endpoint.listed(result["endpoints"][endpoint.code]):
            figure = figures.figure(number.figure) if number.figure else None
            if figure is not None and number.value.isdigit():
                members = figure.members(outcomes, result)
                assert len(members) == int(number.value), number
                assert not any(each["in_error"] for each in members)
    for name in ("registered", "eligible", "treated"):
        members = figures.FIGURES[name].members(outcomes, result)
        assert len(members) == result["populations"][name]
    assert len(figures.FIGURES["every_evaluable"].members(outcomes, result)) == result["populations"]["evaluable"]
    in_error = figures.FIGURES["in_error"].members(outcomes, result)
    assert [each["number"] for each in in_error] == [each["number"] for each in result["in_error"]]
    assert result["registered"] + len(in_error) == len(outcomes)
