"""The plots as they leave the templates: well formed, nothing inline, and never without words."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from analysis.charts.axis import Caption
from analysis.charts.boundary import Look, boundary
from analysis.charts.km import kaplan_meier_chart
from analysis.charts.waterfall import Bar, waterfall
from analysis.statistics.survival import kaplan_meier

PLOTS = {
    "_waterfall": waterfall([Bar("NET-001", -45.5, "PR", "/p/1"), Bar("NET-002", 130, "PD", "/p/2")]),
    "_kaplan_meier": kaplan_meier_chart(kaplan_meier([30, 60, 90], [True, False, True])),
    "_boundary": boundary((Look(15, 1, 8), Look(30, 4, None)), "nRnnoR", "2 confirmed responders."),
}


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_well_formed_and_carries_words_and_no_inline_style(name: str) -> None:
    page = render_to_string(f"analysis/charts/{name}.html", {"chart": PLOTS[name]})
    root = ElementTree.fromstring(f"<div>{page}</div>")
    svg = root.find("svg")
    assert svg is not None
    assert svg.find("title") is not None
    assert svg.find("desc") is not None
    assert svg.get("aria-label")
    assert not [each for each in root.iter() if each.get("style") or each.tag in {"script", "style"}]


def test_a_curve_names_its_endpoint_its_group_and_where_its_time_starts() -> None:
    caption = Caption("Duration of response", "group A", "n = 6 confirmed responders, 2 events", "first response")
    chart = replace(kaplan_meier_chart(kaplan_meier([30, 60, 90], [True, False, True])), caption=caption)
    page = render_to_string("analysis/charts/_kaplan_meier.html", {"chart": chart})
    title = "Duration of response from first response, group A: n = 6 confirmed responders, 2 events"
    assert f"<title>{title}</title>" in page
    assert ">Months from first response<" in page and ">Duration of response, %<" in page
    assert "registration" not in page


def test_bars_link_to_their_participants_in_plot_and_table() -> None:
    page = render_to_string("analysis/charts/_waterfall.html", {"chart": PLOTS["_waterfall"]})
    assert page.count('href="/p/1"') == 2


@pytest.mark.parametrize(
    ("name", "chart"),
    [("_waterfall", waterfall([])), ("_kaplan_meier", kaplan_meier_chart(kaplan_meier([], [])))],
)
def test_an_empty_plot_is_a_sentence(name: str, chart) -> None:
    page = render_to_string(f"analysis/charts/{name}.html", {"chart": chart})
    assert "<svg" not in page
    assert chart.summary in page
