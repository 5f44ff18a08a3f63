"""How long the bars of the toxicity plot are, in which order they stand, and what they say."""

from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from analysis.charts.axis import Tick
from analysis.charts.toxicity import LONGEST_LINE, LOOKS, Side, TermCount, Toxicity, butterfly, toxicity


def term(name: str, *counts: int, undetermined: int = 0) -> TermCount:
    return TermCount(name, "Category", dict(enumerate(counts, start=1)), undetermined)


def at(chart: Toxicity, label: str, *, last: bool = False) -> float:
    found = [tick.at for tick in chart.across if tick.label == label]
    return found[-1 if last else 0]


def test_a_bar_reaches_its_share_of_the_denominator_grade_by_grade() -> None:
    chart = toxicity([term("Nausea", 4, 0, 4)], 40)
    first, third = chart.rows[0].bars[0].segments
    assert (first.x, first.look.name, third.look.name) == (at(chart, "0"), "grade 1", "grade 3")
    assert first.x + first.width == pytest.approx(third.x, abs=0.11) == pytest.approx(at(chart, "10"), abs=0.11)
    assert third.x + third.width == pytest.approx(at(chart, "20"), abs=0.11)


def test_terms_fall_by_any_grade_then_severity_then_name() -> None:
    chart = toxicity([term("B", 2), term("A", 2), term("Severe", 0, 0, 2), term("Most", 1, 1, undetermined=1)], 40)
    assert [row.term for row in chart.rows] == ["Most", "Severe", "A", "B"]


def test_an_undetermined_grade_is_drawn_and_counted_apart() -> None:
    bar = toxicity([term("Nausea", 4, undetermined=6)], 40).rows[0].bars[0]
    assert bar.segments[-1].look.name == "undetermined"
    assert bar.label == "10 (25%)"
    assert bar.words == "10 of 40 (25%); grade 1 4, undetermined 6"
    assert bar.cells == (4, 0, 0, 0, 0, 6, 10)


def test_the_rest_beyond_the_most_frequent_is_said() -> None:
    chart = toxicity([term(f"Term {n:02}", 1) for n in range(23)], 40, most=20)
    assert len(chart.rows) == 20
    assert chart.summary.endswith("20 terms shown and 3 further terms.")


def test_a_term_that_nobody_had_is_not_a_row() -> None:
    assert [row.term for row in toxicity([term("Nausea", 1), term("Cough", 0)], 40).rows] == ["Nausea"]


def test_a_stretch_carries_its_number_of_participants_where_it_fits() -> None:
    chart = toxicity([term("Wide", 40, 1), term("Thin", 0, 0, 1)], 41)
    assert [part.count for part in chart.rows[0].bars[0].segments] == ["40", ""]
    narrow = toxicity([term("Narrow", 12, 388)], 400).rows[0].bars[0].segments[0]
    assert narrow.width > 9 and narrow.count == "", "one digit would fit, two do not"


def test_two_groups_stand_back_to_back_on_one_scale_in_percent_of_their_own() -> None:
    chart = butterfly(Side("Group A", 50, [term("Nausea", 10)]), Side("Group B", 40, [term("Nausea", 8)]))
    left, right = (bar.segments[0] for bar in chart.rows[0].bars)
    assert left.width == right.width
    assert left.x + left.width == at(chart, "0")
    assert right.x == at(chart, "0", last=True)
    assert [heading.label for heading in chart.headings] == ["Group A, % of 50 treated", "Group B, % of 40 treated"]


def test_two_groups_share_rows_ordered_by_both_together() -> None:
    chart = butterfly(Side("A", 50, [term("Cough", 5), term("Nausea", 4)]), Side("B", 40, [term("Nausea", 3)]))
    assert [row.term for row in chart.rows] == ["Nausea", "Cough"]
    assert chart.rows[1].bars[1].words == "B: 0 of 40 (0%)"


def test_a_group_without_anybody_treated_has_no_percentage() -> None:
    chart = butterfly(Side("A", 50, [term("Cough", 5)]), Side("B", 0, []))
    assert (chart.rows[0].bars[1].label, chart.rows[0].bars[1].segments) == ("0", ())


@pytest.mark.parametrize("share", [1, 10, 21, 50, 61, 100])
def test_no_bar_leaves_the_plot(share: int) -> None:
    chart = butterfly(Side("A", 100, [term("Nausea", share)]), Side("B", 100, [term("Nausea", 1)]))
    parts = [part for row in chart.rows for bar in row.bars for part in bar.segments]
    assert all(part.x >= 60 and part.x + part.width <= chart.frame.width - 60 for part in parts)


def test_grades_darken_in_grey() -> None:
    grades = [sum(int(look.fill[at : at + 2], 16) for at in (1, 3, 5)) for look in LOOKS[:5]]
    assert all(lighter - darker > 60 for lighter, darker in zip(grades, grades[1:], strict=False))


def test_a_long_term_is_whole_in_lines_that_fit_between_its_neighbors() -> None:
    long = "Infection with normal ANC or Grade 1 or 2 neutrophils - Urinary tract NOS"
    first, second = toxicity([term(long, 2), term("Cough", 1)], 4).rows
    assert " ".join(line.label for line in first.lines) == first.term == long
    assert max(len(line.label) for line in first.lines) <= LONGEST_LINE
    assert first.lines[-1].at + 6 < second.lines[0].at - 6
    assert second.lines == (Tick(second.middle, "Cough"),)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ([TermCount("Nausea", "", {6: 1})], "grades are 1 to 5"),
        ([TermCount("Nausea", "", {0: 1})], "grades are 1 to 5"),
        ([term("Nausea", -1)], "never negative"),
        ([term("Nausea", 40, undetermined=1)], "41 participants of 40"),
        ([term("Nausea", 1), term("Nausea", 2)], "counted twice"),
    ],
)
def test_counts_that_cannot_be_are_refused(terms: list[TermCount], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        toxicity(terms, 40)


@pytest.mark.parametrize(
    ("denominator", "words"),
    [(0, "No participant has been treated yet."), (4, "No adverse event on record among the participants treated")],
)
def test_without_terms_there_is_a_sentence(denominator: int, words: str) -> None:
    chart = toxicity([], denominator)
    page = render_to_string("analysis/charts/_toxicity.html", {"chart": chart})
    assert chart.is_empty
    assert "<svg" not in page
    assert words in page


FIFTY = [term(f"Term <{n}> & more", n % 7, n % 5, n % 3, n % 2, undetermined=n % 4) for n in range(1, 51)]


@pytest.mark.parametrize(
    "chart",
    [toxicity([term("Nausea", 1)], 1), toxicity(FIFTY, 50), butterfly(Side("A", 50, FIFTY), Side("B", 43, FIFTY[:9]))],
)
def test_the_page_is_well_formed_and_the_table_says_the_same(chart: Toxicity) -> None:
    page = render_to_string("analysis/charts/_toxicity.html", {"chart": chart})
    root = ElementTree.fromstring(f"<div>{page}</div>")
    svg = root.find("svg")
    assert svg is not None
    assert (svg.get("role"), svg.find("title") is not None, svg.find("desc") is not None) == ("img", True, True)
    assert len(root.findall(".//tbody/tr")) == sum(len(row.bars) for row in chart.rows)
    assert len(svg.findall("g")) == len(chart.rows)
    assert not [each for each in root.iter() if each.get("style") or each.tag in {"script", "style"}]
    assert "NaN" not in page
