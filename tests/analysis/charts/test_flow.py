"""Where the boxes of the participant flow stand, and that each leads to its participants."""

from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from analysis.charts.flow import Part, flow

PARTS = [
    Part("registered", 50, "/r"), Part("not treated: found ineligible", 1, "/n", leaves=True),
    Part("treated", 49, "/t"),
    Part("off treatment: " + "a reason of many words, " * 5, 38, "/o", within=True),
    Part("on treatment", 11, "/on", within=True),
    Part("treated, not evaluable: " + "a reason of many words, " * 5, 2, "/x", leaves=True),
    Part("treated, not evaluable: moved away", 1, "/y", leaves=True),
    Part("evaluable", 46, "/e"), Part("with a measured change", 40, "/m"),
]  # fmt: skip


def test_steps_stand_beneath_each_other_and_who_left_between_them() -> None:
    chart = flow(PARTS, "The flow.")
    assert [box.rows[0].lines[0].replace("\N{NO-BREAK SPACE}", " ") for box in chart.steps] == [
        "Registered (n = 50)", "Treated (n = 49)", "Evaluable (n = 46)", "With a measured change (n = 40)",
    ]  # fmt: skip
    first, second = chart.asides
    assert [sum(row.part.count for row in aside.rows) for aside in chart.asides] == [50 - 49, 49 - 46]
    treated = chart.steps[1].rows
    assert [row.part.words[:12] for row in treated] == ["treated", "off treatmen", "on treatment"]
    assert sum(row.part.count for row in treated[1:]) == treated[0].part.count and len(treated[1].lines) > 1
    assert treated[-1].y < chart.steps[1].y + chart.steps[1].height < second.y
    assert chart.steps[0].y + chart.steps[0].height < first.y and first.y + first.height < chart.steps[1].y
    assert second.y + second.height < chart.steps[2].y and len(second.rows[0].lines) > 1
    assert second.rows[1].y - second.rows[0].y == pytest.approx(15 * len(second.rows[0].lines))
    assert len(chart.ways) == 3 + 2 == len(chart.arrows), "a way to each further step and to each aside"
    assert chart.steps[-1].y + chart.steps[-1].height < chart.frame.height


def test_every_row_is_a_link_in_the_plot_and_in_its_table_and_nothing_is_inline() -> None:
    page = render_to_string("analysis/charts/_flow.html", {"chart": flow(PARTS, "")})
    root = ElementTree.fromstring(f"<div>{page}</div>")
    links = [each.get("href") for each in root.iter("a")]
    assert sorted(links) == sorted([part.url for part in PARTS] * 2)
    assert not [each for each in root.iter() if each.get("style")]


def test_without_rows_there_is_a_sentence() -> None:
    assert flow([], "Nobody yet.").is_empty
