"""Targets that grew together and targets in parts: the whole counts once, the sum is complete [interpretation]."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from trial.rules.response import recist
from trial.rules.response.criteria import Criteria
from trial.rules.response.recist import KNOWN, NewLesions, measurement

DAY = date(2026, 1, 1)
BASELINE = recist.Baseline(0, DAY, {"T1": Decimal(30), "T2": Decimal(25), "T3": Decimal(20)}, frozenset())


def _assess(*visits: dict[str, str], criteria: Criteria = KNOWN[0]) -> list[recist.AssessmentOutcome]:
    """Targets in words: `58` measured, `12 in_parts`, `merged T1`, `absent`, `not_evaluated`."""
    follow_ups = []
    for place, visit in enumerate(visits, start=1):
        on = DAY + timedelta(days=56 * place)
        measured = []
        for label, words in visit.items():
            first, _, rest = words.partition(" ")
            size = Decimal(first) if first[0].isdigit() else None
            state = (rest or "measured") if size is not None else first
            measured.append(measurement(label, state, size, "", on, None, rest if state == "merged" else ""))
        follow_ups.append(recist.FollowUp(place, on, {}, measured, {}, NewLesions.NO))
    return list(recist.assess(BASELINE, follow_ups, criteria))


@pytest.mark.parametrize("criteria", KNOWN, ids=lambda each: each.name)
def test_a_merged_target_counts_nothing_and_leaves_the_sum_complete(criteria: Criteria) -> None:
    (found,) = _assess({"T1": "58", "T2": "merged T1", "T3": "20"}, criteria=criteria)
    assert (found.overall.value, found.current_sum) == ("SD", Decimal(78))
    assert "T2 merged with T1" in found.because and "not evaluated" not in found.because


@pytest.mark.parametrize("criteria", KNOWN, ids=lambda each: each.name)
def test_merging_alone_is_no_complete_response_but_the_whole_may_go(criteria: Criteria) -> None:
    whole, gone = _assess({"T1": "20", "T2": "merged T1", "T3": "absent"},
                          {"T1": "absent", "T2": "merged T1", "T3": "absent"}, criteria=criteria)  # fmt: skip
    assert (whole.overall.value, gone.overall.value) == ("PR", "CR")


def test_the_whole_that_was_not_evaluated_leaves_the_sum_incomplete() -> None:
    (found,) = _assess({"T1": "not_evaluated", "T2": "merged T1", "T3": "20"})
    assert (found.overall.value, found.current_sum) == ("NE", None)


def test_the_whole_seen_again_after_a_complete_response_is_progression() -> None:
    gone = {"T1": "absent", "T2": "merged T1", "T3": "absent"}
    assert _assess(gone, {**gone, "T1": "6"})[-1].overall.value == "PD"


def test_a_target_in_parts_counts_their_sum_and_says_so() -> None:
    (found,) = _assess({"T1": "12.5 in_parts", "T2": "15", "T3": "14"})
    assert (found.overall.value, found.current_sum) == ("PR", Decimal("41.5"))
    assert "T1 in parts" in found.because


def test_a_merged_target_that_was_treated_locally_is_not_evaluated() -> None:
    found = measurement("T2", "merged", None, "", DAY, DAY, "T1")
    assert found.longest_diameter_mm is None and "locally treated" in found.not_evaluated_reason
