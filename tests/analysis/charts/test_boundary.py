"""The boundary of a two-stage plan as it is drawn."""

import pytest

from analysis.charts.boundary import Look, boundary

SIMON = (Look(21, 1, None), Look(41, 4, None))


def test_a_look_rules_out_what_lies_at_or_below_its_bound_up_to_the_next_look() -> None:
    chart = boundary(SIMON, "", "Nobody yet.")
    stop, below, above = chart.regions
    assert (stop.kind, stop.label, stop.verdict) == ("stop", "1 or fewer", "stop")
    assert stop.x == chart.looks[0].at
    assert stop.x + stop.width == pytest.approx(chart.looks[1].at, abs=0.1)
    assert stop.y + stop.height == pytest.approx(chart.frame.bottom, abs=0.1)
    assert (below.verdict, above.verdict, above.label) == ("not promising", "promising", "5 or more")
    # Between one and two responders, and between four and five.
    one, two = (tick.at for tick in chart.ticks if tick.label in {"1", "2"})
    assert two < stop.y < one
    assert above.y + above.height == pytest.approx(below.y, abs=0.1)


def test_the_way_goes_up_with_each_responder_and_marks_open_outcomes() -> None:
    chart = boundary(SIMON, "nRoRo", "Two.")
    assert chart.path.count("V") == 2
    assert (len(chart.responders), len(chart.open)) == (2, 2)
    assert boundary(SIMON, "", "Nobody.").path == ""


def test_everything_drawn_lies_on_the_sheet() -> None:
    chart = boundary((Look(12, 1, 5), Look(24, 3, 8), Look(40, 6, None)), "R" * 15 + "n" * 40, "Far beyond.")
    for region in chart.regions:
        assert region.width > 0 and region.height > 0
        assert chart.frame.left <= region.x and region.x + region.width <= chart.frame.width
        assert chart.frame.top - 0.1 <= region.y and region.y + region.height <= chart.frame.bottom + 0.1
    assert {region.label for region in chart.regions if region.kind == "promising"} == {
        "5 or more", "8 or more", "7 or more"}  # fmt: skip


def test_single_outcomes_of_a_very_large_group_are_not_marked() -> None:
    assert len(boundary(SIMON, "o" * 5000, "Many.").open) == 150


def test_a_plan_without_bounds_or_without_looks() -> None:
    assert boundary((Look(10, None, None),), "Rn", "One.").regions == ()
    with pytest.raises(ValueError, match="without looks"):
        boundary((), "", "None.")
