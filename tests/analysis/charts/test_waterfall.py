"""Where the bars of the waterfall stand, and what they say."""

import pytest

from analysis.charts.waterfall import Bar, look, waterfall


def bar(number: str, change: float, response: str = "SD") -> Bar:
    return Bar(number, change, response, f"/participants/{number}/")


def test_bars_fall_from_growth_to_shrinkage() -> None:
    chart = waterfall([bar("1", -40, "PR"), bar("2", 25, "PD"), bar("3", 0)])
    assert [drawn.bar.number for drawn in chart.bars] == ["2", "3", "1"]
    assert [drawn.x for drawn in chart.bars] == sorted(drawn.x for drawn in chart.bars)


def test_a_bar_reaches_from_zero_to_its_change() -> None:
    shrunk = waterfall([bar("1", -30)]).bars[0]
    chart = waterfall([bar("1", -30)])
    assert shrunk.y == chart.zero
    assert shrunk.y + shrunk.height == pytest.approx(chart.thresholds[1].at, abs=0.11)


def test_an_unchanged_sum_can_still_be_seen() -> None:
    assert waterfall([bar("1", 0)]).bars[0].height > 0


def test_a_bar_above_the_ceiling_is_cut_and_says_so() -> None:
    drawn = waterfall([bar("1", 240, "PD")]).bars[0]
    assert drawn.cut
    assert drawn.words == "1: +240.0%, PD, bar cut at +100%"


def test_fifty_bars_stay_inside_the_plot() -> None:
    chart = waterfall([bar(f"{number:02}", number * 3.3 - 99) for number in range(50)])
    assert all(chart.frame.left <= drawn.x and drawn.x + drawn.width <= chart.frame.right for drawn in chart.bars)
    assert all(chart.frame.top <= drawn.y and drawn.y + drawn.height <= chart.frame.bottom for drawn in chart.bars)


def test_every_response_has_its_own_letter() -> None:
    looks = [look(response) for response in ("CR", "PR", "SD", "PD", "early death")]
    assert len({each.letter for each in looks}) == len({each.fill for each in looks}) == 5


def test_the_legend_counts_and_fits() -> None:
    responses = ["CR", "PR", "SD", "PD", "unknown"] * 10
    chart = waterfall([bar(str(number), -10, response) for number, response in enumerate(responses)])
    assert [entry.label for entry in chart.legend][1] == "P = PR (10)"
    assert chart.legend[-1].x + 19 + 6 * len(chart.legend[-1].label) < chart.frame.width


def test_two_groups_on_one_page_have_different_keys() -> None:
    assert waterfall([bar("1", 0)]).key != waterfall([bar("2", 0)]).key


def test_what_the_change_does_not_say_stands_at_the_other_side_of_zero() -> None:
    marked = [Bar("1", -40, "SD", "/1", ("unconfirmed", "ongoing")), Bar("2", 5, "PD", "/2", ("new",)), bar("3", 0)]
    chart = waterfall(marked)
    by_number = {drawn.bar.number: drawn for drawn in chart.bars}
    assert [mark.label for mark in by_number["1"].marks] == ["u", "▸"] and by_number["3"].marks == ()
    assert all(mark.y < chart.zero for mark in by_number["1"].marks), "beside the bar, not on it"
    assert all(mark.y > chart.zero for mark in by_number["2"].marks)
    assert by_number["1"].words == "1: −40.0%, SD, response not confirmed, on treatment"
    assert chart.notes == "n new lesion (1) · u response not confirmed (1) · ▸ on treatment (1)"
    assert waterfall([bar("1", 0)]).notes == ""


def test_without_bars_there_is_a_sentence() -> None:
    chart = waterfall([])
    assert chart.is_empty
    assert chart.summary.startswith("No participant has")


@pytest.mark.parametrize("change", [-100.1, float("nan")])
def test_an_impossible_change_is_refused(change: float) -> None:
    with pytest.raises(ValueError, match="cannot change by"):
        waterfall([bar("1", change)])
