"""The board's report on the page of data cuts: asked for, made apart, fetched by who reads results."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from analysis.results import board_report, data_cuts
from analysis.views.files import plot_downloads, report_jobs
from tests.capture.conduct.test_signing import client_of
from tests.cast import Cast, cast_of
from tests.conftest import keeps_files_in
from trial.drawing.document import Document
from trial.models import DataCut, FileJob, JournalEntry, Role
from trial.operations import file_jobs
from trial.record.save import Save

PAGE, ASK = "/moments/", "/moments/report/"


@pytest.fixture
def cast(database: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    """The fixed cast and a data cut with a name that no file could have; nothing is started, no file is drawn."""
    monkeypatch.setattr(file_jobs.subprocess, "Popen", lambda *_, **__: SimpleNamespace(wait=lambda: 0))
    monkeypatch.setattr(plot_downloads, "PLOTS", ())
    for ending in board_report.MADE_BY:
        monkeypatch.setitem(board_report.MADE_BY, ending, lambda report, ending=ending: written(report, ending))
    made = cast_of()
    data_cuts.make(Save(made.people[Role.STATISTICIAN]), name="Board 1/2 “ü”", because="first meeting")
    with keeps_files_in(tmp_path / "files"):
        yield made


def written(report: Document, ending: str) -> bytes:
    """What stands for a file: which report it is of, as what, and how long that is."""
    return f"{report.title} as {ending}, {len(report.blocks)} blocks".encode()


def page_of(client: Client) -> str:
    """The page of data cuts in one line."""
    return " ".join(client.get(PAGE).content.decode().split())


def test_the_report_is_made_by_a_process_of_its_own_and_fetched_whole_and_open_as_pdf_and_word(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, cut = client_of(cast.people[Role.CHAIR]), DataCut.objects.get()
    monkeypatch.setattr(file_jobs.os, "nice", lambda _: 0)
    assert 'aria-label="Create report: Board 1/2 “ü”"' in page_of(chair)
    assert chair.post(ASK, {"cut": cut.name}).status_code == 302
    assert "Under way" in page_of(chair) and "Create report" not in page_of(chair)
    again = chair.post(ASK, {"cut": cut.name})
    assert again.status_code == 422 and "Another report is under way." in again.content.decode()
    call_command("file_job", FileJob.objects.get().pk)
    job, report = FileJob.objects.get(), board_report.content(cut, plot_downloads.of_report)
    assert job.state == file_jobs.MADE
    for part, of in (("report", report), ("open-part", board_report.open_part(report))):
        for ending in ("pdf", "docx"):
            address = f"{ASK}{job.id}/{part}.{ending}"
            assert f'href="{address}"' in page_of(client_of(cast.people[Role.STATISTICIAN]))
            answer = chair.get(address)
            assert answer.content == written(of, ending), address
            assert f"-board-{part}-cut-Board-1-2-" in answer["Content-Disposition"]
            noted = JournalEntry.objects.first()
            assert noted.person == cast.people[Role.CHAIR] and noted.words.endswith(
                f"{cut.name}, {report_jobs.PARTS[part]} as {ending}")  # fmt: skip
    assert chair.get(f"{ASK}{job.id}/report.zip").status_code == 404
    FileJob.objects.update(state=file_jobs.FAILED)
    assert chair.get(f"{ASK}{job.id}/report.pdf").status_code == 404, "its parts may be half written"


def test_nobody_without_results_asks_for_a_report_or_fetches_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_jobs.os, "nice", lambda _: 0)
    statistician = client_of(cast.people[Role.STATISTICIAN])
    statistician.post(ASK, {"cut": DataCut.objects.get().name})
    job = report_jobs.carry_out(FileJob.objects.get())
    for role in set(Role) - {Role.CHAIR, Role.STATISTICIAN}:
        client = client_of(cast.people[role])
        assert client.post(ASK, {"cut": job.of}).status_code == 403, role
        assert client.get(f"{ASK}{job.id}/report.pdf").status_code == 403, role
    assert statistician.post(ASK, {"cut": "no such cut"}).status_code == 404
    other = FileJob.objects.create(kind=file_jobs.ARCHIVE, person=cast.people[Role.MONITOR])
    file_jobs.put(other, "report.pdf", BytesIO(b"not a report"))
    assert statistician.get(f"{ASK}{other.id}/report.pdf").status_code == 404


def test_a_report_is_created_again_by_the_program_of_today_and_one_that_is_no_longer_kept_is_not_offered(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_jobs.os, "nice", lambda _: 0)
    chair, name = client_of(cast.people[Role.CHAIR]), DataCut.objects.get().name
    chair.post(ASK, {"cut": name})
    job = report_jobs.carry_out(FileJob.objects.get())
    address = f"{ASK}{job.id}/report.pdf"
    assert f'aria-label="Create report again: {name}"' in page_of(chair) and address in page_of(chair)
    late = timezone.now() - timedelta(seconds=file_jobs.KEPT_SECONDS + 60)
    FileJob.objects.update(told_at=late)
    assert f'aria-label="Create report: {name}"' in page_of(chair) and address not in page_of(chair)
    assert chair.get(address).status_code == 404, "nothing was begun since, so its files are still there"
    assert chair.post(ASK, {"cut": name}).status_code == 302
    assert "Under way" in page_of(chair) and FileJob.objects.get().id != job.id


def test_a_report_that_broke_off_says_so_and_is_asked_for_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    chair, name = client_of(cast.people[Role.CHAIR]), DataCut.objects.get().name
    chair.post(ASK, {"cut": name})
    monkeypatch.setattr(file_jobs, "SILENT_SECONDS", -1)
    assert f"Failed</span> {file_jobs.KINDS[file_jobs.REPORT].stopped}" in page_of(chair)
    made = FileJob.objects.create(kind=file_jobs.REPORT, of=name, person=cast.people[Role.CHAIR], state=file_jobs.MADE,
                                  asked_at=timezone.now() - timedelta(hours=1))  # fmt: skip
    page = page_of(chair)
    assert f"{ASK}{made.id}/report.pdf" in page, "it stays"
    assert f"Failed</span> {file_jobs.KINDS[file_jobs.REPORT].stopped}" in page
    assert chair.post(ASK, {"cut": name}).status_code == 302 and FileJob.objects.count() == 3
