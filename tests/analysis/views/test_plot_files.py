"""Every plot as a file: numbers stay numbers, and each file says which results it is of."""

import re
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree

import pandas
import pytest
from django.test import Client
from PIL import Image

from analysis.results import data_cuts, moments
from analysis.results.recompute import recompute
from analysis.views.files.plot_downloads import PLOTS
from analysis.views.panels import panel
from tests.cast import cast_of, register
from tests.courses import course
from trial.models import Role
from trial.record.save import Save

NUMERIC = {
    "waterfall": {"best_change_percent"},
    "spider": {"days_since_baseline", "change_percent"},
    "flow": {"participants"},
    "swimmer": {"from_day", "to_day"},
    "swimmer_by_treatment": {"from_day", "to_day"},
    "swimmer_by_response": {"from_day", "to_day"},
    "toxicity": {"treated", "grade_3", "undetermined"},
    "toxicity_beside": {"treated", "grade_3", "undetermined"},
    "monitoring": {"place"},
    "toxicity_boundary": {"place"},
    "accrual": {"registered"},
    "accrual_sites": {"registered", "in_all"},
    "subgroups": {"numerator", "denominator", "estimate", "lower", "upper"},
    "operating_characteristics": {"rate", "promising", "stopped_early", "expected_participants"},
    "hormones": {"days_since_baseline", "percent_of_baseline"},
}
# No response is confirmed.
NOTHING_BESIDE = "duration_of_response_beside"
OF_A_CURVE = {"day", "at_risk", "events", "censored", "survival"}
ORIGIN = ["study", "group", "plot", "data_cut", "clinical_cutoff", "as_of_change", "newest_change", "newest_change_at",
          "settings", "engine"]  # fmt: skip


@pytest.fixture
def chair(database: str) -> Client:
    """Group A: one target grew, one shrank to a third; both with an event and a falling marker. Group B: one."""
    made = cast_of()
    course(made.participant, 60)
    course(register(made.people[Role.COORDINATOR], made.north), 12)
    course(register(made.people[Role.COORDINATOR], made.north, tumour_type="insulinoma", histology="islet_cell"), 30)
    for name, cutoff in (("DSMB-1", "01-FEB-2026"), ("DSMB-2", "01-JUN-2026"), ("DSMB 2", "")):
        data_cuts.make(Save(), name, "safety board", cutoff=cutoff)
        for group in "AB" if name != "DSMB-1" else "A":
            moments.compute(group, moments.of_cut(name))
    for group in "AB":
        recompute(group)
    client = Client()
    client.force_login(made.people[Role.CHAIR])
    return client


def _file(client: Client, plot: str, ending: str, query: str = "") -> tuple[str, str]:
    answer = client.get(f"/groups/A/plots/{plot}.{ending}{query}")
    assert answer.status_code == 200, plot
    name = re.search(r'filename="([^"]+)"', answer["Content-Disposition"])
    assert name is not None
    return name[1], answer.content.decode()


def test_the_numbers_of_every_plot_are_read_as_numbers(chair: Client) -> None:
    for plot in PLOTS:
        if plot.code == NOTHING_BESIDE:
            assert [chair.get(f"/groups/A/plots/{plot.code}.{ending}").status_code for ending in ("csv", "svg")] == [
                404, 404], "no response is confirmed: there is nothing beside another"
            continue
        _, text = _file(chair, plot.code, "csv")
        read: Any = pandas.read_csv(StringIO(text))
        assert list(read.columns[-len(ORIGIN) :]) == ORIGIN, plot.code
        if plot.code == "duration_of_response":
            assert len(read) == 1 and list(read.columns) == ORIGIN, "no response is confirmed"
            continue
        for column in NUMERIC.get(plot.code, OF_A_CURVE):
            assert pandas.api.types.is_numeric_dtype(read[column]), (plot.code, column)
    waterfall: Any = pandas.read_csv(StringIO(_file(chair, "waterfall", "csv")[1]))
    assert sorted(waterfall["best_change_percent"]) == [-70.0, 50.0]
    assert list(waterfall["response_not_confirmed"]) == ["no", "yes"], "the one that shrank was scanned once"
    scans: Any = pandas.read_csv(StringIO(_file(chair, "spider", "csv")[1]), keep_default_na=False)
    assert list(scans["response_then"]) == ["", "PD", "", "PR"] and set(scans["new_lesion"]) == {"no"}


def test_the_swimmer_plot_of_the_group_page_is_ordered_as_asked_and_so_is_its_file(chair: Client) -> None:
    page = chair.get("/groups/A/?cut=DSMB-2&lanes=response").content.decode()
    assert "swimmer_by_response.svg?cut=DSMB-2" in page and "lanes=treatment#h-swimmer" in page
    assert "Order by" in page and "<strong>response</strong>" in page
    assert "swimmer.svg" in chair.get("/groups/A/?lanes=nothing").content.decode()


def test_files_of_different_results_have_different_names(chair: Client) -> None:
    change = panel("A").change
    queries = ("", "?cut=DSMB-1", "?cut=DSMB-2", "?cut=DSMB+2", f"?as_of={change}")
    alone = queries[1], queries[-1]
    for plot in PLOTS:
        beside = plot.code.endswith("_beside")
        for ending in ("svg", "csv") if plot.code != NOTHING_BESIDE else ():
            drawn = [query for query in queries if not (beside and query in alone)]
            names = [_file(chair, plot.code, ending, query)[0] for query in drawn]
            assert len(set(names)) == len(drawn), names
            missed = [chair.get(f"/groups/A/plots/{plot.code}.{ending}{query}") for query in alone if beside]
            assert {each.status_code for each in missed} <= {202}, "group B has no results yet"
    name, _ = _file(chair, "overall_survival", "csv", "?cut=DSMB-2")
    cut = moments.of_cut("DSMB-2").change
    expected = f"group-A-overall-survival-cut-DSMB-2-cutoff-2026-06-01-as-of-change-{cut}.csv"
    assert name == f"Sorafenib-NET-phase-II-{expected}"


def test_every_drawing_names_itself_its_population_and_its_results(chair: Client) -> None:
    titles = set()
    drawn = [plot for plot in PLOTS if plot.code != NOTHING_BESIDE]
    for plot in drawn:
        _, text = _file(chair, plot.code, "svg", "?cut=DSMB-2")
        root = ElementTree.fromstring(text)
        title, words = root.findtext("{*}title"), "".join(root.itertext())
        beside = plot.code.endswith("_beside")
        assert title is not None and ("groups A and B: n = " if beside else "group A: n = ") in title, plot.code
        titles.add(title)
        for fact in ("Sorafenib NET phase II", "data cut “DSMB-2”", "clinical cut-off 01-JUN-2026", "settings ", "UTC",
                     f"as_of_change: {moments.of_cut('DSMB-2').change}"):  # fmt: skip
            assert fact in words, (plot.code, fact)
    assert len(titles) == len(drawn)


def test_every_drawing_is_a_pdf_and_a_picture_too_and_each_names_its_results(chair: Client) -> None:
    for plot in (plot for plot in PLOTS if plot.in_report):
        answer = chair.get(f"/groups/A/plots/{plot.code}.pdf?cut=DSMB-2")
        assert answer.content.startswith(b"%PDF-") and answer["Content-Type"] == "application/pdf"
        assert "cut-DSMB-2-cutoff-2026-06-01" in answer["Content-Disposition"], plot.code
    for ending, dpi in (("png300", 300), ("png600", 600), ("narrow_png600", 600)):
        answer = chair.get(f"/groups/A/plots/accrual.{ending}?cut=DSMB-2")
        assert answer["Content-Disposition"].endswith(f'-{dpi}-dpi.png"')
        with Image.open(BytesIO(answer.content)) as picture:
            assert "data cut “DSMB-2”" in picture.info["Description"] and "settings " in picture.info["Description"]
    for ending, name, wide in (("tiff600", "-600-dpi.tiff", 178), ("narrow_tiff600", "-86-mm-600-dpi.tiff", 86)):
        answer = chair.get(f"/groups/A/plots/accrual.{ending}")
        assert answer["Content-Disposition"].endswith(f'{name}"')
        with Image.open(BytesIO(answer.content)) as picture:
            assert picture.format == "TIFF" and round(picture.info["dpi"][0]) == 600
            assert abs(picture.width / 600 * 25.4 - wide) < 0.1 and picture.tag_v2[270].startswith("Accrual, group A")
    assert chair.get("/groups/A/plots/accrual.png").status_code == 404


def test_groups_stand_side_by_side_on_the_same_axes_and_their_file_names_both(chair: Client) -> None:
    page = chair.get("/groups/A/").content.decode()
    for code in ("overall_survival_beside", "toxicity_beside"):
        assert f"/groups/A/plots/{code}.svg" in page, code
    read: Any = pandas.read_csv(StringIO(_file(chair, "overall_survival_beside", "csv")[1]))
    assert set(read["in_group"]) == {"A", "B"}
    assert set(read[read["in_group"] == "B"]["group_as_of_change"]) == {panel("B").change}


def test_the_analysis_data_of_a_data_cut_are_listed_sorted_and_read_by_pandas(chair: Client) -> None:
    answer = chair.get("/groups/A/participants/data.csv?cut=DSMB-2")
    assert "group-A-analysis-data-cut-DSMB-2-cutoff-2026-06-01" in answer["Content-Disposition"]
    read: Any = pandas.read_csv(StringIO(answer.content.decode()))
    assert list(read["participant"]) == ["NET-001", "NET-002"] and list(read.columns[-len(ORIGIN) :]) == ORIGIN
    dictionary: Any = pandas.read_csv(StringIO(chair.get("/groups/A/participants/dictionary.csv").content.decode()))
    assert list(dictionary["column"]) == list(read.columns[: -len(ORIGIN)])
    for column in ("cycles", "taken_mg", "dose_intensity_percent", "best_change_percent", "pfs_days", "os_days"):
        assert pandas.api.types.is_numeric_dtype(read[column]), column
    stored = panel("A", moments.of_cut("DSMB-2")).answer["endpoints"]
    assert (read["pfs_event"] == "yes").sum() == stored["progression_free_survival"]["events"]
    for sort, first in (("best_change_percent", "NET-002"), ("-best_change_percent", "NET-001"), ("nothing", "NET-001"),
                        ("-participant", "NET-002")):  # fmt: skip
        page = chair.get(f"/groups/A/participants/?cut=DSMB-2&sort={sort}").content.decode()
        assert re.search(r"/participants/(NET-\d+)/", page.partition("<tbody>")[2])[1] == first, sort  # type: ignore[index]
        assert "cut=DSMB-2&amp;sort=" in page
    assert chair.get("/groups/A/participants/others.csv").status_code == 404


def test_the_register_says_who_made_a_data_cut_when_of_how_many_and_how_it_is_cited(chair: Client) -> None:
    page = chair.get("/moments/").content.decode()
    lines = data_cuts.register()
    assert [line.cut.name for line in lines] == ["DSMB 2", "DSMB-2", "DSMB-1"]
    second = lines[1]
    assert (second.by, second.before, second.registered[0]) == ("the system", "DSMB-1", ("A", 2))
    assert second.registered[1] == ("B", 1)
    assert lines[2].registered[1] == ("B", None), "its results were not computed"
    for fact in ("clinical cut-off 01-JUN-2026", "group A 2", second.cut.head_seal, f"engine {second.cut.engine}"):
        assert fact in second.citation
    for link in ("/groups/A/participants/data.csv?cut=DSMB%202", "group=A&amp;from=DSMB-1&amp;to=DSMB-2"):
        assert link in page
    assert "B not kept" in page


def test_duration_of_response_is_drawn_from_the_first_response(chair: Client) -> None:
    words = chair.get("/groups/A/plots/duration_of_response.svg").content.decode()
    assert "Duration of response from first response, group A" in words
    assert "Months from registration" in chair.get("/groups/A/plots/overall_survival.svg").content.decode()


def test_a_drawing_of_several_groups_names_the_results_of_each_and_waits_for_all(chair: Client) -> None:
    name, drawn = _file(chair, "overall_survival_beside", "svg")
    a, b = panel("A"), panel("B")
    assert f"change-{a.change}-B-change-{b.change}.svg" in name and b.stored is not None
    assert f"of_group_B: change {b.change}, settings {b.stored.settings_version}" in drawn
    address = "/groups/A/plots/overall_survival_beside.svg?cut=DSMB-1"
    assert chair.get(address).status_code == 202, "the cut of group B is not computed yet"
    moments.compute("B", moments.of_cut("DSMB-1"))
    assert chair.get(address).status_code == 200
