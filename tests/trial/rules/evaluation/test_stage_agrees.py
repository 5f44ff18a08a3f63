"""Gate and primary endpoint count the same people, whatever is on record of them."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from analysis.endpoints import registry
from analysis.outcomes import outcome
from tests.analysis.endpoints.test_answers import day, person, scan
from trial.protocol import AnalysisSettings, StagePlan
from trial.rules.accrual import Reopened
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation.accrual_stage import gate_of, standing
from trial.rules.evaluation.facts import DeathFact, FollowUpFact, OffTreatmentFact, ParticipantFact, WithdrawalFact
from trial.rules.evaluation.populations import is_in_error

SMALL = AnalysisSettings(plan=StagePlan((3, 6), (1, 2), (None, None)))
FINDINGS = some.lists(some.sampled_from(("ineligible", "cancelled", "in_error")), max_size=1)
SCANS = some.lists(some.sampled_from(("20", "30", "34.9", "35", "48", "60", "70")), max_size=4)
ENDS = some.sets(some.sampled_from(("off", "died", "withdrew", "therapy", "clinical", "radiological")), max_size=3)


@some.composite
def records(draw: Any) -> ParticipantFact:
    """One participant with scans every 30 days and any finding or end."""
    scans = [scan(n, day(30 * n), size) for n, size in enumerate(draw(SCANS), start=2)]
    made = person("NET-001", *scans, cycles=draw(some.integers(0, 7)))
    ends = draw(ENDS)
    contacts = [
        FollowUpFact(n, day(170 + n), True, kind if kind != "therapy" else "none", day(160) if kind != "therapy" else
                     None, None, PartialDate(2026, 3) if kind == "therapy" else None)
        for n, kind in enumerate(sorted(ends & {"therapy", "clinical", "radiological"}))
    ]  # fmt: skip
    return replace(
        made,
        findings=tuple((kind, "because") for kind in draw(FINDINGS)),
        unmet_criteria=("adult",) if draw(some.integers(0, 9)) == 0 else (),
        off_treatment=OffTreatmentFact(1, day(150), "other") if "off" in ends else None,
        death=DeathFact(1, PartialDate(2026, 8, 1), "disease") if "died" in ends else None,
        withdrawals=(WithdrawalFact(1, day(155), "all"),) if "withdrew" in ends else (),
        follow_ups=tuple(contacts),
    )


@settings(deadline=None)
@given(some.lists(records(), max_size=9))
def test_gate_and_endpoint_count_the_same_people(drawn: list[ParticipantFact]) -> None:
    members = [replace(each, number=f"NET-{place:03d}") for place, each in enumerate(drawn, start=1)]
    standings = [standing(each, SMALL) for each in members]
    result = registry.compute("A", [outcome.derive(each, SMALL) for each in members], SMALL)
    rate = result["endpoints"]["response_rate"]
    # After a stop for futility the rate counts stage 1; who came later is reported beside it.
    beside = rate["beyond_the_stop"] or {"numerator": 0, "denominator": 0}
    evaluable = [each.number for each in standings if each.evaluable]
    responders = [each.number for each in standings if each.responder]
    assert evaluable[: rate["denominator"]] == rate["evaluable"]
    assert responders[: rate["numerator"]] == rate["responders"]
    assert len(evaluable) == rate["denominator"] + beside["denominator"]
    assert len(responders) == rate["numerator"] + beside["numerator"]
    # A registration in error takes no place.
    counted = [each for each, fact in zip(standings, members, strict=True) if not is_in_error(fact)]
    assert result["gate"] == gate_of("A", len(counted), counted, SMALL).as_dict()
    assert all(each.evaluable or not each.responder for each in standings)
    assert all(not (each.evaluable and each.ruled_out) for each in standings)


@settings(deadline=None)
@given(some.lists(records(), min_size=3, max_size=9))
def test_a_group_is_closed_exactly_when_its_first_three_are_full_and_too_few_respond(
    drawn: list[ParticipantFact],
) -> None:
    members = [replace(each, number=f"NET-{place:03d}") for place, each in enumerate(drawn, start=1)]
    standings = [standing(each, SMALL) for each in members]
    gate = gate_of("A", len(members), standings, SMALL)
    first = [each for each in standings if not each.ruled_out][:3]
    closed = len(first) == 3 and sum(each.responder for each in first) < 2
    assert gate.open is not closed
    futile = closed and all(each.mature for each in first)
    assert gate.ground == ("futility" if futile else "waiting" if closed else "")
    if closed:
        assert gate_of("A", len(members), standings, SMALL, [Reopened(1, gate.ground, "because")]).open
