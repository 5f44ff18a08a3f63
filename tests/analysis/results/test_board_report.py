"""The report of a data cut: the numbers of the stored result, open before closed, the same bytes each time."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from analysis.endpoints import registry
from analysis.endpoints.answers.shapes import REGISTERED, Number, Table
from analysis.results import board_report, data_cuts, moments
from analysis.views import plot_downloads
from tests.cast import cast_of, register
from tests.courses import course
from trial.drawing import pdf
from trial.models import DataCut, JournalEntry, Person, Role
from trial.record.save import Save


@pytest.fixture
def cut(database: object) -> DataCut:
    """The second data cut of a study of two, one more than at the first."""
    cast = cast_of()
    statistician = Save(cast.people[Role.STATISTICIAN])
    course(cast.participant, 60)
    data_cuts.make(statistician, name="DSMB-1", because="first meeting", as_of="", cutoff="")
    course(register(cast.people[Role.COORDINATOR], cast.north), 20)
    return data_cuts.make(statistician, name="DSMB-2", because="second meeting", as_of="", cutoff="")


def test_a_report_holds_every_number_of_the_stored_results_open_before_closed(
    cut: DataCut, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    cells: list[tuple[str, ...]] = []
    line, table = pdf.line, pdf.table
    monkeypatch.setattr(pdf, "line", lambda paper, words, *rest, **more: (said.append(words),
                                                                        line(paper, words, *rest, **more)))  # fmt: skip
    monkeypatch.setattr(pdf, "table", lambda paper, head, body, *rest: (cells.extend(body),
                                                                      table(paper, head, body, *rest)))  # fmt: skip
    first = board_report.drawn(cut)
    moment = moments.of_cut(cut.name)
    stored: dict[str, Any] = {code: registry.arranged(moments.compute(code, moment).result) for code in "AB"}
    for endpoint in registry.ENDPOINTS:
        assert [row for row in board_report.rows(endpoint, stored) if row not in cells] == [], endpoint.code
    rate = stored["A"]["endpoints"]["response_rate"]
    assert ("participants", str(rate["numerator"]), "0") in cells and ("of", "2", "0") in cells
    assert registry.PRIMARY.sentence(rate) in said
    assert ("Accrual, registered", "1", "2") in cells, "changed since the cut before"
    closed = said.index("Closed part: for the board alone")
    assert said.index("Deaths and serious adverse events") < closed < said.index("Confirmed response rate")
    assert first.startswith(b"%PDF-") and board_report.drawn(cut) == first, "the same bytes"


def test_the_report_has_every_figure_in_its_part_with_the_hash_of_its_file(
    cut: DataCut, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Draws every plot once, coarsely: about five seconds."""
    monkeypatch.setattr(board_report, "PICTURE_DPI", 30)
    order: list[str] = []
    line, figure = pdf.line, board_report._figure
    monkeypatch.setattr(pdf, "line", lambda paper, words, *rest, **more: (order.append(words),
                                                                        line(paper, words, *rest, **more)))  # fmt: skip
    monkeypatch.setattr(board_report, "_figure", lambda paper, drawing: (order.append(drawing.caption),
                                                                        figure(paper, drawing)))  # fmt: skip
    cells: list[tuple[str, ...]] = []
    table = pdf.table
    monkeypatch.setattr(pdf, "table", lambda paper, head, body, *rest: table(
        paper, head, [(cells.append(row), row)[1] for row in body], *rest))  # fmt: skip
    made = board_report.drawn(cut, plot_downloads.of_report)
    closed = order.index("Closed part: for the board alone")
    efficacy = ("Best change", "Change in the sum", "Treatment and course", "Overall survival, group",
                "Boundary of the two-stage plan", "Response in subgroups, group")  # fmt: skip
    for title in efficacy:
        assert min(place for place, words in enumerate(order) if words.startswith(title)) > closed, title
    for plot in plot_downloads.PLOTS:
        for code in "AB":
            assert f"{plot.title}, group {code}" in order, plot.code
    client = Client()
    client.force_login(Person.objects.get(username="chris"))
    kept = client.get(f"/groups/A/plots/accrual.svg?cut={cut.name}").content
    assert ("Accrual, group A", sha256(kept).hexdigest()) in cells
    stored = moments.compute("A", moments.of_cut(cut.name))
    assert (f"Result of group A, engine {stored.engine}", board_report.result_hash(stored)) in cells
    assert "Contents" in order and made.count(b"/Subtype /Image") >= len(plot_downloads.PLOTS)


def test_a_number_that_a_group_does_not_list_is_nobody_or_none_and_never_a_zero_rate() -> None:
    def only(value: str, share: str = "") -> dict[str, Any]:
        return {"endpoints": {"kept": [Number("in all", "3"), Number("kept", value, share=share)]}}

    table = Table(code="kept", title="Kept", population=REGISTERED, source="", rows=lambda answer: answer)
    for value, share, without in (("4", "", "0"), ("4", "8.0%", "0"), ("2.3%", "", "none"), ("1 of 4", "", "none"),
                                  ("16-NOV-2026", "", "none"), ("1.5", "", "none")):  # fmt: skip
        other = {"endpoints": {"kept": [Number("in all", "3")]}}
        shown = {row[0]: row[1:] for row in board_report.rows(table, {"A": only(value, share), "B": other})}
        assert shown["kept"][1] == without, value
        assert board_report.rows(table, {"A": only(value), "B": {"endpoints": {}}})[1][2] == board_report.NOT_COMPUTED


def test_the_command_writes_the_file_and_is_in_the_access_log(
    cut: DataCut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plot_downloads, "PLOTS", plot_downloads.PLOTS[:1])
    target = tmp_path / "report.pdf"
    call_command("board_report", "DSMB-1", str(target))
    assert target.read_bytes().startswith(b"%PDF-")
    assert JournalEntry.objects.first().words == "Board report of data cut DSMB-1, on the command line"
    with pytest.raises(CommandError, match="no data cut named “DSMB-9”"):
        call_command("board_report", "DSMB-9", str(target))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("board_report", "DSMB-1", str(tmp_path / "nowhere" / "report.pdf"))
