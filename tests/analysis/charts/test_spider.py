"""Where the lines of the spider plot run, and what they say."""

from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from analysis.charts.spider import Line, Point, Spider, spider


def line(number: str, *points: tuple, response: str = "SD") -> Line:
    return Line(number, tuple(Point(*point) for point in points), response, f"/participants/{number}/")


def fifty() -> Spider:
    responses = ["CR", "PR", "SD", "PD", "unknown"]
    return spider(
        [
            line(f"{n:02}", (56, n * 3.0 - 60), (120 + n * 9, n * 5.0 - 100), response=responses[n % 5])
            for n in range(50)
        ]
    )


def rendered(chart: Spider) -> ElementTree.Element:
    page = render_to_string("analysis/charts/_spider.html", {"chart": chart})
    assert "NaN" not in page and "nan " not in page
    return ElementTree.fromstring(f"<div>{page}</div>")


def test_a_line_begins_at_zero_on_the_day_of_baseline() -> None:
    chart = spider([line("1", (56, -20))])
    assert chart.lines[0].path.startswith(f"M{float(chart.frame.left)} {chart.zero}L")


def test_points_stand_at_their_day_and_change() -> None:
    chart = spider([line("1", (0, 0), (365, -30))])
    year = next(tick.at for tick in chart.across if tick.label == "12")
    x, y = chart.lines[0].path.rsplit("L", 1)[1].split()
    assert float(x) == pytest.approx(year, abs=0.5)
    assert float(y) == chart.thresholds[1].at


def test_points_given_out_of_order_are_drawn_in_order_of_day() -> None:
    late_first = spider([line("1", (112, -30), (56, -10))]).lines[0]
    assert late_first.path == spider([line("1", (56, -10), (112, -30))]).lines[0].path


def test_a_missing_sum_is_no_point_and_breaks_nothing() -> None:
    gap = spider([line("1", (56, -10), (112, None), (168, -20))])
    without = spider([line("1", (56, -10), (168, -20))])
    assert gap.lines[0].path == without.lines[0].path


def test_a_change_above_the_ceiling_is_cut_and_marked() -> None:
    chart = spider([line("1", (56, 30), (112, 240), response="PD")])
    capped = spider([line("1", (56, 30), (112, 100), response="PD")])
    assert chart.lines[0].path == capped.lines[0].path
    assert (len(chart.lines[0].cuts), len(capped.lines[0].cuts)) == (1, 0)
    assert chart.lines[0].words.endswith("+240.0%, line cut at +100%")


def test_who_has_no_sum_after_baseline_is_counted_not_drawn() -> None:
    chart = spider([line("1", (56, -10)), line("2", (56, None)), line("3")])
    assert [drawn.line.number for drawn in chart.lines] == ["1"]
    assert "2 without a complete sum" in chart.summary


def test_the_sentence_counts_the_last_points() -> None:
    chart = spider([line("1", (56, -40), (112, 25)), line("2", (56, -30)), line("3", (56, 0))])
    assert "3 participants over 3.7 months" in chart.summary
    assert "1 at −30% or less and 1 at +20% or more" in chart.summary


def test_fifty_lines_stay_inside_the_plot_and_the_legend_fits() -> None:
    chart = fifty()
    places = [place.split() for drawn in chart.lines for place in drawn.path[1:].split("L")]
    frame = chart.frame
    assert all(frame.left <= float(x) <= frame.right and frame.top <= float(y) <= frame.bottom for x, y in places)
    last = chart.legend[-1]
    assert last.x + 33 + 5.8 * len(last.label) < chart.frame.width
    assert 2 <= len(chart.across) <= 13


def test_every_scan_has_the_mark_of_its_own_response_and_progression_by_a_new_lesion_one_of_its_own() -> None:
    responses = ["CR", "PR", "SD", "PD", "unknown"]
    grown = [(56 * place, -10, response) for place, response in enumerate(responses, start=1)]
    drawn = spider([line("1", (0, 0), *grown, (400, -10, "PD", True), response="SD")])
    assert [mark.look.code for mark in drawn.lines[0].marks] == ["CR", "PR", "SD", "PD", "other", "new"]
    assert len({(mark.look.fill, mark.path.count("L")) for mark in drawn.lines[0].marks}) == 6
    assert [entry.label for entry in drawn.legend] == [
        "CR 1", "PR 1", "SD 1", "PD 1", "PD, new lesion 1", "Other 1",
    ]  # fmt: skip
    assert "13.1 months −10.0% PD, new lesion" in drawn.lines[0].words


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ((-1, 5.0), "before baseline"),
        ((5, -100.5), "cannot change by"),
        ((5, float("nan")), "not a number"),
        ((5, float("inf")), "not a number"),
    ],
)
def test_an_impossible_point_is_refused(point: tuple[int, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        spider([line("1", point)])


def test_without_lines_there_is_a_sentence() -> None:
    chart = spider([])
    page = render_to_string("analysis/charts/_spider.html", {"chart": chart})
    assert chart.is_empty
    assert "<svg" not in page
    assert chart.summary in page


@pytest.mark.parametrize("chart", [spider([line("1", (56, -10))]), fifty()])
def test_the_page_is_well_formed_and_links_every_line_twice(chart: Spider) -> None:
    root = rendered(chart)
    svg = root.find("svg")
    assert svg is not None
    assert (svg.find("title") is not None, svg.find("desc") is not None) == (True, True)
    assert chart.summary in svg.get("aria-label", "")
    assert len(list(svg.iter("a"))) == len(chart.lines)
    assert len(list(root.iter("a"))) == 2 * len(chart.lines)
    assert not [each for each in root.iter() if each.get("style") or each.tag in {"script", "style"}]
