"""RECIST 1.0, target lesions: boundary rows, sums, nadir, and what must hold for every history.

Every rule of the criteria (Therasse 2000, and the readings of the protocol where the paper is silent) and its proof:

| rule | proof |
|---|---|
| measurable from 20 mm, by spiral CT from 10 mm; at least two slices | test_measurability.py |
| bone is not measurable; clinical lesions only where superficial | test_measurability.py; BASE-09 |
| at most 5 targets per organ, 10 in all; at least one | tests/capture/check_facts/scans.py: BASE-03, 04, 06 |
| baseline at most 4 weeks before treatment | tests/capture/check_facts/scans.py: BASE-01, BASE-02 |
| CR, PR, SD, PD with both boundaries inclusive; exact decimals | test_target_response |
| PD is tested before PR; no absolute 5 mm | test_target_response |
| nadir: baseline included, never lowered by an incomplete sum, never rises | test_target_response, test_the_nadir_… |
| any reappearance from a nadir of 0 is PD | test_target_response |
| an incomplete sum is NE unless what was measured is PD | test_target_response, test_a_lesion_without_… |
| too small to measure is a value, absent is 0 | tests/trial/rules/evaluation/test_response.py |
| non-target response, markers | test_recist_overall.py |
| overall response, all 90 rows | test_recist_overall.py |
| date of a response, date of PD | test_recist_dates.py |
| locally treated targets | tests/trial/rules/evaluation/test_response.py |
| illogical sequences | test_recist_dates.py, and as queries in tests/analysis/outcomes/test_queries.py |
| reasons in words | test_the_reason_names_the_numbers, and beside each rule |
| confirmation, best response, minimum for SD | test_confirmation.py |
| clinical progression is no PD | tests/analysis/endpoints/test_answers.py |
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from trial.rules.response import recist
from trial.rules.response.recist import NewLesions

DAY = date(2026, 1, 1)
MM = Decimal


def _assess(baseline: list[str], *sums: list[str | None]) -> tuple[recist.AssessmentOutcome, ...]:
    names = [f"T{n}" for n in range(len(baseline))]
    first = recist.Baseline(0, DAY, dict(zip(names, map(MM, baseline), strict=True)), frozenset())
    follow_ups = []
    for place, values in enumerate(sums, start=1):
        measured = tuple(
            recist.Measurement(name, None if value is None else MM(value))
            for name, value in zip(names, values, strict=True)
        )
        on = DAY + timedelta(days=56 * place)
        follow_ups.append(recist.FollowUp(place, on, {}, measured, {}, NewLesions.NO))
    return recist.assess(first, follow_ups)


@pytest.mark.requirement("R53")
@pytest.mark.parametrize(
    ("baseline", "sums", "expected"),
    [
        pytest.param(["14"], [["9.8"]], "PR", id="exactly 30.0% less is PR where floats say SD"),
        pytest.param(["100"], [["70.1"]], "SD", id="29.9% less is SD"),
        pytest.param(["100"], [["120"]], "PD", id="exactly 20.0% more is PD"),
        pytest.param(["100"], [["119.9"]], "SD", id="19.9% more is SD"),
        pytest.param(["100"], [["50"], ["60"]], "PD", id="20% over the nadir is PD though 40% under baseline"),
        pytest.param(["100"], [["50"], ["59.9"]], "PR", id="19.8% over the nadir stays PR"),
        pytest.param(["100"], [["0"]], "CR", id="gone is CR"),
        pytest.param(["100"], [["0"], ["3"]], "PD", id="any reappearance after a nadir of 0 is PD"),
        pytest.param(["30", "30"], [["10", None]], "NE", id="an incomplete sum is NE"),
        pytest.param(["30", "30"], [["72", None]], "PD", id="measured lesions alone already make PD"),
        pytest.param(["20", "20"], [["5", None], ["15", "15"]], "SD", id="an incomplete sum never lowers the nadir"),
        pytest.param(["100"], [["70"]], "PR", id="exactly 30% less is PR"),
        pytest.param(["0.7", "0.1"], [["0.5", "0.06"]], "PR", id="0.8 to 0.56: exactly 30% less of tenths added"),
        pytest.param(["100"], [["100.1"]], "SD", id="a little more is SD"),
        pytest.param(["10"], [["12"]], "PD", id="2 mm more is PD at 20%: there is no absolute 5 mm"),
        pytest.param(["10.1"], [["12.12"]], "PD", id="exactly 20% of an uneven sum"),
        pytest.param(["10.1"], [["12.11"]], "SD", id="just under 20% of an uneven sum"),
        pytest.param(["100"], [["70"], ["84"]], "PD", id="20% over a nadir reached by PR, still 16% under baseline"),
        pytest.param(["100"], [["150"], ["120"]], "PD", id="the nadir stays at baseline while sums only rise"),
        pytest.param(["100"], [["60"], ["71"]], "SD", id="between: 18% over the nadir, 29% under baseline"),
        pytest.param(["50", "50"], [["0", "40"]], "PR", id="one lesion gone, the other left"),
        pytest.param(["50", "50"], [["0", None]], "NE", id="the rest not evaluated: gone cannot be claimed"),
        pytest.param(["50", "50"], [[None, None]], "NE", id="nothing evaluated"),
        pytest.param(["50", "50"], [["0", "0"], ["0.1", None]], "PD", id="reappearance in what was measured, nadir 0"),
        pytest.param(["50", "50"], [["0", "0"], ["0", None]], "NE", id="nothing seen of the half that was measured"),
        pytest.param(["50", "50"], [["0", "0"], ["0", "0"]], "CR", id="still gone"),
        pytest.param(["60", "60"], [["72", None], ["59", "60"]], "SD", id="an incomplete PD leaves the nadir"),
    ],
)
def test_target_response(baseline: list[str], sums: list[list[str | None]], expected: str) -> None:
    assert _assess(baseline, *sums)[-1].overall.value == expected


def test_the_nadir_is_the_smallest_complete_sum_before_the_assessment() -> None:
    found = _assess(["60", "40"], ["30", "40"], ["10", None], ["40", "40"], ["20", "40"], ["35", "40"])
    assert [each.nadir for each in found] == [MM(100), MM(70), MM(70), MM(70), MM(60)]
    assert [each.current_sum for each in found] == [MM(70), None, MM(80), MM(60), MM(75)]


def test_a_lesion_without_a_reading_makes_the_sum_incomplete() -> None:
    first = recist.Baseline(0, DAY, {"T1": MM(30), "T2": MM(30)}, frozenset())
    only_one = (recist.Measurement("T1", MM(20)),)
    (found,) = recist.assess(first, [recist.FollowUp(1, DAY, {}, only_one, {}, NewLesions.NO)])
    assert (found.overall.value, found.because) == (
        "NE", "NE: the sum is incomplete: T2 not evaluated; target lesions were not all evaluated")  # fmt: skip


def test_the_reason_names_the_numbers() -> None:
    shrunk, grown, gone, back = _assess(["49"], ["30"], ["36"], ["0"], ["2.5"])
    assert shrunk.because == "PR: sum 30 mm is −38.8% against the baseline 49 mm"
    assert grown.because.startswith("PD: sum 36 mm is +20.0% over the nadir 30 mm")
    assert gone.because == "CR: all target lesions are gone"
    assert back.because.startswith("PD: T0 seen again after a complete response: sum 2.5 mm")
    (stable,) = _assess(["49"], ["45.5"])
    assert stable.because == "SD: sum 45.5 mm is −7.1% against the baseline 49 mm and −7.1% against the nadir 49 mm"


def test_the_change_from_baseline_is_exact_and_absent_without_a_complete_sum() -> None:
    whole, part = _assess(["30", "30"], ["21", "21"], ["21", None])
    assert (whole.change_from_baseline_percent, part.change_from_baseline_percent) == (MM(-30), None)


MILLIMETRES = some.integers(min_value=0, max_value=900).map(lambda tenths: str(MM(tenths) / 10))
HISTORIES = some.lists(some.lists(some.none() | MILLIMETRES, min_size=3, max_size=3), min_size=1, max_size=6)
BASELINES = some.lists(some.integers(100, 900).map(lambda tenths: str(MM(tenths) / 10)), min_size=3, max_size=3)


@pytest.mark.requirement("R53")
@given(BASELINES, HISTORIES)
def test_the_nadir_never_rises(baseline: list[str], sums: list[list[str | None]]) -> None:
    nadirs = [each.nadir for each in _assess(baseline, *sums)]
    assert nadirs == sorted(nadirs, reverse=True)


@pytest.mark.requirement("R53")
@given(BASELINES, HISTORIES)
def test_the_order_of_lesions_does_not_matter(baseline: list[str], sums: list[list[str | None]]) -> None:
    turned = _assess(baseline[::-1], *[each[::-1] for each in sums])
    assert [each.overall for each in _assess(baseline, *sums)] == [each.overall for each in turned]


@pytest.mark.requirement("R53")
@given(BASELINES, HISTORIES)
def test_doubling_every_diameter_changes_no_response(baseline: list[str], sums: list[list[str | None]]) -> None:
    doubled = [[None if value is None else str(MM(value) * 2) for value in each] for each in sums]
    scaled = _assess([str(MM(value) * 2) for value in baseline], *doubled)
    assert [each.overall for each in _assess(baseline, *sums)] == [each.overall for each in scaled]
