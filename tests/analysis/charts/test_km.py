"""Where the survival curve runs, and what stands beneath it."""

import pytest

from analysis.charts.km import kaplan_meier_chart
from analysis.statistics.survival import from_stored, kaplan_meier, stored


def test_the_curve_starts_at_the_top_left() -> None:
    chart = kaplan_meier_chart(kaplan_meier([100, 200], [True, False]))
    assert chart.few.startswith(f"M{float(chart.frame.left)} {float(chart.frame.top)}H"), "two are few"


def test_a_stored_curve_draws_the_same() -> None:
    km = kaplan_meier([30, 60, 90, 400], [True, False, True, False])
    assert kaplan_meier_chart(from_stored(stored(km))) == kaplan_meier_chart(km)


def test_numbers_at_risk_stand_under_the_ticks() -> None:
    chart = kaplan_meier_chart(kaplan_meier([30, 60, 61, 92], [True, False, True, False]))
    assert [tick.label for tick in chart.across] == ["0", "1", "2", "3", "4"]
    rows = {row.name: [tick.label for tick in row.ticks] for row in chart.counts}
    assert rows == {"At risk": ["4", "3", "2", "1", "0"], "Censored": ["0", "0", "1", "1", "2"],
                    "Events": ["0", "1", "1", "2", "2"]}  # fmt: skip
    assert all(sum(int(ticks[place]) for ticks in rows.values()) == 4 for place in range(5)), "each is in one row"


def test_the_median_and_the_landmarks_stand_in_the_plot_and_never_where_too_few_are_at_risk() -> None:
    chart = kaplan_meier_chart(kaplan_meier([30 * day for day in range(1, 31)], [True] * 30))
    assert chart.says[0] == "Median 15.3 months (95% CI 9.9 to 20.7, log(-log))"
    assert [(mark.label, mark.words) for mark in chart.landmarks] == [
        ("60%", "12 months: 60.0%, 95% CI 40.5 to 75.0"), ("20%", "24 months: 20.0%, 95% CI 8.1 to 35.6"),
    ]  # fmt: skip
    assert chart.says[1:] == tuple(mark.words for mark in chart.landmarks)
    few = kaplan_meier_chart(kaplan_meier([400, 500, 800], [True, True, True]))
    assert few.landmarks == ()
    assert few.says[1:] == ("The median rests on 2 at risk", "12 months: not estimable (3 at risk)",
                            "24 months: not estimable (1 at risk)")  # fmt: skip
    early = kaplan_meier_chart(kaplan_meier([30, 60], [False, False]))
    assert early.says == ("Median not reached: no events among 2",), "nothing is said beyond the last observation"


@pytest.mark.parametrize("last", [0, 1, 30, 274, 730, 3650, 36500])
def test_the_last_observation_lies_inside_few_ticks(last: int) -> None:
    chart = kaplan_meier_chart(kaplan_meier([0, last], [True, False]))
    assert 2 <= len(chart.counts[0].ticks) <= 11
    assert all(chart.frame.left <= float(tick[1:].split()[0]) <= chart.frame.right for tick in chart.censored)
    assert chart.counts[0].ticks[-1].at == chart.frame.right


def test_there_is_no_band_where_the_estimate_is_0_or_1() -> None:
    assert kaplan_meier_chart(kaplan_meier([50, 100], [False, False])).bands == ()
    ended = kaplan_meier_chart(kaplan_meier([50, 100], [True, True]))
    assert len(ended.bands) == 1
    assert ended.rows[-1].interval == "none"


def test_a_median_is_drawn_only_when_reached() -> None:
    assert kaplan_meier_chart(kaplan_meier([50, 100], [False, False])).median == ""
    assert kaplan_meier_chart(kaplan_meier([50, 100], [True, True])).median


def test_without_participants_there_is_a_sentence() -> None:
    chart = kaplan_meier_chart(kaplan_meier([], []))
    assert (chart.is_empty, chart.summary) == (True, "No participants in this curve yet.")


def test_a_curve_of_very_many_steps_is_told_by_the_ticks_of_its_axis() -> None:
    chart = kaplan_meier_chart(kaplan_meier(list(range(1, 401)), [True] * 400))
    assert chart.left_out == 400 - len(chart.rows) and len(chart.rows) < 20
    assert [each.words for each in chart.spoken][:2] == [
        "0 months: 100.0% event-free; 400 at risk", "2 months: 85.0% event-free; 340 at risk",
    ]  # fmt: skip
    assert chart.rows[-1].survival == "0.0"
    few = kaplan_meier_chart(kaplan_meier([30, 60, 90], [True, False, True]))
    assert (few.left_out, len(few.rows)) == (0, 3)
    censored = "2.0 months: 1 censored among 2 at risk; 66.7% event-free, 95% CI 5.4 to 94.5"
    assert few.spoken[1].words == censored


def test_the_line_is_gray_where_fewer_than_five_are_at_risk() -> None:
    chart = kaplan_meier_chart(kaplan_meier([30, 60, 90, 120, 150, 180], [True] * 6))
    assert chart.line.count("H") == 2, "six and five were at risk"
    assert chart.few.count("H") == 4
    assert chart.line.endswith("V" + chart.few[1 : chart.few.index("H")].split()[1]), "it goes on where the line ends"
    assert "Gray where fewer than 5 are at risk." in chart.summary
    many = kaplan_meier_chart(kaplan_meier([30, 60], [True, True]))
    assert (many.line, many.few.count("H")) == ("", 2), "too few from the start"
