"""The report of a data cut: the numbers of the stored result, open before closed, the same bytes each time."""

from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from analysis.endpoints import registry
from analysis.endpoints.answers.shapes import REGISTERED, Number, Table
from analysis.results import board_report, data_cuts, moments
from analysis.views.files import plot_downloads
from tests.cast import cast_of, register
from tests.courses import course, hemoglobin
from trial.drawing import document, word
from trial.drawing.document import Document, Heading, Line, Picture
from trial.drawing.document import Table as TableBlock
from trial.models import DataCut, JournalEntry, Person, Role
from trial.record.save import Save


@pytest.fixture
def cut(database: object) -> DataCut:
    """The second data cut of a study of two, one more than at the first."""
    cast = cast_of()
    statistician = Save(cast.people[Role.STATISTICIAN])
    course(cast.participant, 60)
    hemoglobin(cast.participant, {-1: "13", 29: "9"})
    data_cuts.make(statistician, name="DSMB-1", because="first meeting", as_of="", cutoff="")
    course(register(cast.people[Role.COORDINATOR], cast.north), 20)
    return data_cuts.make(statistician, name="DSMB-2", because="second meeting", as_of="", cutoff="")


WITH_ROWS = [each for each in registry.ENDPOINTS if each.code not in board_report.WITHOUT_ROWS]


def cells(report: Document) -> list[tuple[str, ...]]:
    """Every row of every table."""
    return [row for block in report.blocks if isinstance(block, TableBlock) for row in block.rows]


def said(report: Document) -> list[str]:
    """Headings, lines and the captions of figures, in their order."""
    return [block.caption if isinstance(block, Picture) else block.words for block in report.blocks
            if isinstance(block, Heading | Line | Picture)]  # fmt: skip


def stored_of(cut: DataCut) -> dict[str, Any]:
    """The stored result of each group."""
    moment = moments.of_cut(cut.name)
    return {code: registry.arranged(moments.compute(code, moment).result) for code in "AB"}


def test_a_report_holds_every_number_of_the_stored_results_open_before_closed(cut: DataCut) -> None:
    report, stored = board_report.content(cut), stored_of(cut)
    for endpoint in WITH_ROWS:
        assert [row for row in board_report.rows(endpoint, stored) if row not in cells(report)] == [], endpoint.code
    rate = stored["A"]["endpoints"]["response_rate"]
    assert ("participants", str(rate["numerator"]), "0") in cells(report) and ("of", "2", "0") in cells(report)
    order = said(report)
    assert registry.PRIMARY.sentence(rate) in order
    assert ("Accrual, registered", "1", "2") in cells(report), "changed since the cut before"
    closed = order.index("Closed part: for the board alone")
    assert order.index("Deaths and serious adverse events") < closed < order.index("Confirmed response rate")
    assert said(board_report.open_part(report)) == order[:closed]
    first = board_report.MADE_BY["pdf"](report)
    assert first.startswith(b"%PDF-") and board_report.MADE_BY["pdf"](board_report.content(cut)) == first


def test_the_word_document_holds_the_same_tables_headings_and_numbers_in_the_same_bytes_each_time(
    cut: DataCut,
) -> None:
    report, stored = board_report.content(cut), stored_of(cut)
    made = board_report.MADE_BY["docx"](report)
    paper = docx.Document(BytesIO(made))
    read = [tuple(cell.text for cell in row.cells) for table in paper.tables for row in table.rows]
    for endpoint in WITH_ROWS:
        assert [row for row in board_report.rows(endpoint, stored) if row not in read] == [], endpoint.code
    assert ("Hemoglobin", "0", "1", "0", "0", "1", "0", "0", "0", "0") in read, "NET-001: 13 g/dL, then 9"
    tables = [each for each in report.blocks if isinstance(each, TableBlock)]
    assert read == [row for table in tables for row in (table.head, *table.rows)]
    levels = {"Title": None, "Heading 1": 0, "Heading 2": 1}
    assert [(each.text, levels[each.style.name]) for each in paper.paragraphs if each.style.name in levels] == [
        (block.words, block.level) for block in report.blocks if isinstance(block, Heading)]  # fmt: skip
    texts = [each.text for each in paper.paragraphs]
    assert [words for words in said(report) if words not in texts] == []
    assert all("w:tblHeader" in table.rows[0]._tr.xml and "w:tblHeader" not in table.rows[1]._tr.xml
               for table in paper.tables)  # fmt: skip
    facts = paper.core_properties
    assert facts.created == facts.modified == report.at.replace(microsecond=0)
    assert {each.date_time for each in ZipFile(BytesIO(made)).infolist()} == {word.FIRST_TIME}
    assert board_report.MADE_BY["docx"](board_report.content(cut)) == made


def test_what_xml_cannot_hold_is_written_as_its_number(cut: DataCut) -> None:
    report = replace(board_report.content(cut), blocks=[Line("A\x0bB \ufffe 中 <&>")], title="Plain")
    paper = docx.Document(BytesIO(board_report.MADE_BY["docx"](report)))
    assert [each.text for each in paper.paragraphs] == ["A[U+000B]B [U+FFFE] 中 <&>"]


def test_the_report_has_every_figure_in_its_part_with_the_hash_of_its_file(
    cut: DataCut, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Draws every plot once, coarsely: about five seconds."""
    monkeypatch.setattr(document, "PICTURE_DPI", 30)
    report = board_report.content(cut, plot_downloads.of_report)
    order = said(report)
    closed = order.index("Closed part: for the board alone")
    efficacy = ("Best change", "Change in the sum", "Treatment and course", "Overall survival, group",
                "Boundary of the two-stage plan", "Response in subgroups, group")  # fmt: skip
    for title in efficacy:
        assert min(place for place, words in enumerate(order) if words.startswith(title)) > closed, title
    for plot in plot_downloads.PLOTS:
        for code in "AB":
            assert (f"{plot.title}, group {code}" in order) is plot.in_report, plot.code
    client = Client()
    client.force_login(Person.objects.get(username="chris"))
    kept = client.get(f"/groups/A/plots/accrual.svg?cut={cut.name}").content
    assert ("Accrual, group A", sha256(kept).hexdigest()) in cells(report)
    stored = moments.compute("A", moments.of_cut(cut.name))
    assert (f"Result of group A, engine {stored.engine}", board_report.result_hash(stored)) in cells(report)
    assert board_report.MADE_BY["pdf"](report).count(b"/Subtype /Image") >= len(plot_downloads.PLOTS)
    paper = docx.Document(BytesIO(board_report.MADE_BY["docx"](report)))
    described = [shape._inline.docPr.get("descr") for shape in paper.inline_shapes]
    assert described == [each.caption for each in report.blocks if isinstance(each, Picture)] != []


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
    with pytest.raises(CommandError, match="Name the PDF"):
        call_command("board_report", "DSMB-1", str(tmp_path / "report.docx"), docx=True)
    call_command("board_report", "DSMB-1", str(target), docx=True, open=True)
    headings = [each.text for each in docx.Document(str(tmp_path / "report.docx")).paragraphs]
    assert "Open part" in headings and "Closed part: for the board alone" not in headings
    assert JournalEntry.objects.first().words == "Board report of data cut DSMB-1, open part, on the command line"
    with pytest.raises(CommandError, match="no data cut named “DSMB-9”"):
        call_command("board_report", "DSMB-9", str(target))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("board_report", "DSMB-1", str(tmp_path / "nowhere" / "report.pdf"))
