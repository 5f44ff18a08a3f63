"""Every figure on the pages opens the participants in it, each with the entries that decide it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from analysis.charts import swimmer
from analysis.endpoints.figures import FIGURES, figure
from analysis.views.files import plot_downloads
from analysis.views.panels import panel
from tests.capture.demo.kept import demo_database
from tests.capture.typed import signed_in
from tests.cast import person
from tests.plugin_postgres import another_database
from trial.models import Role

PAGES = ("/dashboard/", "/groups/A/", "/groups/B/")


@pytest.fixture
def chair(template_database: str) -> Iterator[Client]:
    """A chair before the first participants of the demo cohort."""
    with another_database(template_database, demo_database(participants=12)):
        yield signed_in(person("christa", Role.CHAIR))


def test_every_figure_of_the_pages_opens_its_participants(chair: Client) -> None:
    links = {link for page in PAGES for link in re.findall(r'href="(/groups/./behind/[^"]+)"', _read(chair, page))}
    assert len(links) > 50
    for link in links:
        assert chair.get(link).status_code == 200, link


def test_a_figure_lists_as_many_as_it_says(chair: Client) -> None:
    for letter in "AB":
        ends = panel(letter).answer["endpoints"]
        counted = {
            "counted-response_rate": ends["response_rate"]["numerator"],
            "among-response_rate": ends["response_rate"]["denominator"],
            "excluded": len(ends["response_rate"]["excluded"]),
            "event-progression_free_survival": ends["progression_free_survival"]["events"],
            "event-overall_survival": ends["overall_survival"]["events"],
            "event-time_to_progression": ends["time_to_progression"]["events"],
            "counted-toxicity": ends["toxicity"]["numerator"],
            "undetermined": len(ends["toxicity"]["undetermined"]),
            "counted-hormone_improvement": ends["hormone_improvement"]["numerator"],
            "among-hormone_improvement": ends["hormone_improvement"]["denominator"],
            "treated": ends["treatment"]["denominator"],
            "counted-adverse_events": ends["adverse_events"]["numerator"],
            **{f"severe-{row['term']}": row["severe_related"] for row in ends["toxicity"]["terms"]},
            **{f"term-{row['term']}": row["participants"] for row in _one_select(ends["adverse_events"]["terms"])},
            **{f"best-{name}": len(who) for name, who in ends["best_response"]["categories"].items()},
        }
        for name, count in counted.items():
            listed = figure(name)
            assert listed is not None
            assert len(listed.members(panel(letter).outcomes, panel(letter).answer)) == count, (letter, name)


def _one_select(terms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Terms whose figure holds all of them: those counted in one row, not by select."""
    codes = [row["term"] for row in terms]
    return [row for row in terms if codes.count(row["term"]) == 1]


def test_an_entry_is_two_clicks_from_its_figure(chair: Client) -> None:
    """From the page of a figure every link to an entry and to its history opens."""
    for name in FIGURES:
        words = _read(chair, f"/groups/A/behind/{name}/")
        for link in set(re.findall(r'href="(/participants/[^"]+)"', words)):
            assert chair.get(link).status_code == 200, (name, link)


def test_a_figure_that_does_not_exist_is_not_found(chair: Client) -> None:
    for name in ("nothing", "best-", "color-red"):
        assert chair.get(f"/groups/A/behind/{name}/").status_code == 404


@pytest.mark.parametrize("ending", ["svg", "csv"])
def test_every_plot_is_a_file(chair: Client, ending: str) -> None:
    pages = "".join(_read(chair, f"/groups/A/?lanes={order}") for order in swimmer.ORDERS)
    links = set(re.findall(rf'href="(/groups/./plots/\w+\.{ending})"', pages))
    nothing = {"duration_of_response_beside"}  # no response is confirmed
    assert links == {f"/groups/A/plots/{plot.code}.{ending}" for plot in plot_downloads.PLOTS
                     if plot.code not in nothing}  # fmt: skip
    for link in links:
        answer = chair.get(link)
        assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"], link
        if ending == "svg" and answer.content:
            assert answer.content.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"'), link
    assert chair.get("/groups/A/plots/spider.gif").status_code == 404


def _read(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200, page
    return str(answer.content.decode())
