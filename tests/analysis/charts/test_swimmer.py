"""Where the lanes of the swimmer plot stand, and what they say."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from analysis.charts.swimmer import KINDS, LEVELS, ORDERS, Lane, Swimmer, swimmer

EVERY_KIND = tuple((100 + place * 30, kind.code) for place, kind in enumerate(KINDS))
EVERY_LEVEL = tuple((1 + place * 28, 28 + place * 28, level.code) for place, level in enumerate(LEVELS))


def lane(number: str, last_day: int, *, ongoing: bool = False, **more: Any) -> Lane:
    parts = {"treatment": ((1, 28, "full"),), "marks": ()} | more
    treatment, marks = parts.pop("treatment"), parts.pop("marks")
    return Lane(number, treatment, marks, ongoing, last_day, f"/participants/{number}/", **parts)


def many(count: int) -> Swimmer:
    return swimmer(
        [
            lane(f"{n:02}", 300 + n * 9, ongoing=n % 2 == 0, treatment=EVERY_LEVEL, marks=EVERY_KIND)
            for n in range(count)
        ]
    )


def middle_of(path: str) -> float:
    xs = [float(corner.split()[0]) for corner in path.strip("MZ").replace("M", "L").split("L")]
    return (min(xs) + max(xs)) / 2


def test_the_longest_lane_stands_first_and_equal_ones_by_number() -> None:
    chart = swimmer([lane("3", 100), lane("1", 400), lane("2", 100)])
    assert [drawn.lane.number for drawn in chart.lanes] == ["1", "2", "3"]
    assert [drawn.middle for drawn in chart.lanes] == sorted(drawn.middle for drawn in chart.lanes)


def test_a_period_includes_its_last_day_so_that_cycles_touch() -> None:
    first, second = swimmer([lane("1", 56, treatment=((1, 28, "full"), (29, 56, "held")))]).lanes[0].periods
    assert first.x + first.width == pytest.approx(second.x, abs=0.11)
    assert (first.level.code, second.level.code) == ("full", "held")


def test_a_mark_stands_at_its_day() -> None:
    chart = swimmer([lane("1", 730, marks=((365, "progression"),))])
    year = next(tick.at for tick in chart.across if tick.label == "12")
    assert middle_of(chart.lanes[0].marks[0].path) == pytest.approx(year, abs=0.5)


def test_marks_of_one_day_stand_beside_each_other_and_the_words_keep_the_day() -> None:
    drawn = swimmer([lane("1", 700, marks=((700, "death"), (700, "progression")))]).lanes[0]
    progression, death = (middle_of(mark.path) for mark in drawn.marks)
    assert [mark.kind.code for mark in drawn.marks] == ["progression", "death"]
    assert death - progression > 8
    assert "progression at 23.0 months" in drawn.words and "death at 23.0 months" in drawn.words


def test_a_mark_after_the_last_day_known_lengthens_the_lane() -> None:
    drawn = swimmer([lane("1", 100, marks=((200, "death"),))])
    assert drawn.lanes[0].end == swimmer([lane("1", 200)]).lanes[0].end


def test_an_arrow_stands_after_the_end_of_an_ongoing_lane() -> None:
    drawn = swimmer([lane("1", 300, ongoing=True)]).lanes[0]
    assert [mark.kind.code for mark in drawn.marks] == ["ongoing"]
    assert middle_of(drawn.marks[0].path) > drawn.end
    assert "on treatment" in drawn.words


def test_lanes_stand_by_follow_up_by_treatment_or_by_response() -> None:
    lanes = [
        lane("long", 900), lane("treated", 700, treatment=((1, 600, "full"),)),
        lane("PR", 500, marks=((50, "PR"),), response=(50, 300)),
        lane("CR", 400, marks=((50, "CR"),), response=(50, 90)),
        lane("PR, lasting", 450, marks=((50, "PR"),), response=(50, 450)),
    ]  # fmt: skip
    found = {order: [drawn.lane.number for drawn in swimmer(lanes, order).lanes] for order in ORDERS}
    assert found == {
        "follow-up": ["long", "treated", "PR", "PR, lasting", "CR"],
        "treatment": ["treated", "long", "PR", "PR, lasting", "CR"],
        "response": ["CR", "PR, lasting", "PR", "long", "treated"],
    }


def test_a_response_is_a_bar_of_its_days_and_the_end_of_a_lane_says_who_lives_and_why_treatment_ended() -> None:
    drawn = swimmer([lane("1", 700, response=(365, 730), off="Progression", is_alive=True)]).lanes[0]
    year = next(tick.at for tick in swimmer([lane("1", 730)]).across if tick.label == "12")
    assert drawn.response is not None and drawn.response.x == pytest.approx(year, abs=0.5)
    assert [mark.kind.code for mark in drawn.marks] == ["alive"]
    assert middle_of(drawn.marks[0].path) > drawn.end
    assert "in response from 12.0 to 24.0 months" in drawn.words and "off treatment: Progression" in drawn.words
    assert swimmer([lane("1", 700)]).lanes[0].response is None


def test_who_was_never_treated_has_a_thin_line_and_says_so() -> None:
    drawn = swimmer([lane("1", 90, treatment=())]).lanes[0]
    assert drawn.periods == ()
    assert drawn.words == "1: never treated; last known at 3.0 months"


def test_fifty_lanes_neither_overlap_nor_leave_the_plot() -> None:
    chart = many(50)
    tops = [drawn.top for drawn in chart.lanes]
    assert all(upper + chart.bar_height < lower for upper, lower in zip(tops, tops[1:], strict=False))
    assert tops[-1] + chart.bar_height < chart.frame.bottom < chart.frame.height
    assert all(chart.frame.left <= drawn.end <= chart.frame.right for drawn in chart.lanes)
    assert chart.font_size >= 10


def test_the_height_grows_with_the_lanes() -> None:
    heights = [many(count).frame.height for count in (1, 10, 25, 50)]
    assert heights == sorted(set(heights))


def test_every_level_and_kind_stands_in_a_legend_that_fits() -> None:
    chart = many(2)
    assert len(chart.legend) == len(LEVELS) + len(KINDS) + 2, "and who is on treatment, and the thin line"
    response = swimmer([lane("1", 90, response=(30, 60), is_alive=True)])
    assert [entry.label for entry in response.legend] == ["Full dose", "Followed, no dose", "In response", "Alive"]
    assert all(entry.x + 21 + 6.2 * len(entry.label) < chart.frame.width for entry in chart.legend)
    assert len({kind.shape for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lane("1", -1), "before registration"),
        (lane("1", 9, treatment=((5, 4, "full"),)), "ends before it begins"),
        (lane("1", 9, treatment=((1, 4, "double"),)), "no dose level called double"),
        (lane("1", 9, marks=((1, "party"),)), "no mark for party"),
    ],
)
def test_what_cannot_be_is_refused(wrong: Lane, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        swimmer([wrong])


def test_without_lanes_there_is_a_sentence() -> None:
    chart = swimmer([])
    page = render_to_string("analysis/charts/_swimmer.html", {"chart": chart})
    assert chart.is_empty
    assert "<svg" not in page
    assert chart.summary in page


def test_the_sentence_counts_participants_not_marks() -> None:
    chart = swimmer([lane("1", 365, marks=((50, "PR"), (90, "CR"))), lane("2", 20, ongoing=True)])
    assert chart.summary == (
        "2 participants, the longest for 12.0 months; 1 with a response, 0 with progression, 0 died, 1 on treatment."
    )
    other = swimmer([lane("1", 365), lane("2", 60, treatment=((1, 56, "full"),))], "treatment")
    assert other.lanes[0].lane.number == "2" and "the longest for 12.0 months" in other.summary


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_is_well_formed_and_links_every_lane_twice(count: int) -> None:
    chart = many(count)
    page = render_to_string("analysis/charts/_swimmer.html", {"chart": chart})
    root = ElementTree.fromstring(f"<div>{page}</div>")
    svg = root.find("svg")
    assert svg is not None
    assert (svg.find("title") is not None, svg.find("desc") is not None) == (True, True)
    assert chart.summary in svg.get("aria-label", "")
    assert (len(list(svg.iter("a"))), len(list(root.iter("a")))) == (count, 2 * count)
    assert not [each for each in root.iter() if each.get("style") or each.tag in {"script", "style"}]
    assert "NaN" not in page
