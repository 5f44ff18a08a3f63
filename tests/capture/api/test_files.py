"""Exports and previews of imports by a program: jobs of its owner only; a preview writes nothing."""

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from capture.exchange.exporting import export_jobs
from capture.exchange.exporting.export import export
from tests.cast import Cast
from tests.program import Program, program_of
from trial.models import Change, FileJob, JournalEntry, Role
from trial.operations import file_jobs


@pytest.fixture
def program(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The statistician's program; a job is carried out when the test says so."""
    monkeypatch.setattr(file_jobs, "start", lambda job: None)
    return program_of(cast, Role.STATISTICIAN)


def test_an_export_is_asked_for_waited_for_and_fetched(program: Program) -> None:
    asked = program.write("exports", {"form": "csv"})
    assert asked.status_code == 202 and asked.json()["state"] == "under way"
    path = f"exports/{asked.json()['job']}"
    assert program.read(f"{path}/file").status_code == 404
    assert program.write("exports", {"form": "csv"}).status_code == 409
    export_jobs.carry_out(FileJob.objects.get())
    assert program.body(path)["state"] == "made"
    noted = JournalEntry.objects.count()
    with zipfile.ZipFile(io.BytesIO(b"".join(program.read(f"{path}/file").streaming_content))) as packed:
        assert {"registration.csv", "manifest.json"} <= set(packed.namelist())
    assert JournalEntry.objects.count() == noted + 1
    assert program.write("exports", {"form": "pdf"}).status_code == 409


def test_a_job_is_its_owners_only(cast: Cast, program: Program) -> None:
    job = program.write("exports", {"form": "csv"}).json()["job"]
    FileJob.objects.update(person=cast.people[Role.CHAIR])
    for path in (f"exports/{job}", f"exports/{job}/file", f"imports/{job}", "exports/..", "imports/x"):
        assert program.read(path).status_code == 404


def sent(program: Program, *files: SimpleUploadedFile, source: str = "old system") -> Any:
    """The answer to files that are to be previewed."""
    return program.post("/api/v1/imports", {"files": files, "source": source})


def test_a_preview_says_what_an_import_would_do_and_writes_nothing(program: Program, tmp_path: Any) -> None:
    export("csv", tmp_path / "record")
    before = Change.objects.count()
    registration = SimpleUploadedFile("registration.csv", (tmp_path / "record" / "registration.csv").read_bytes())
    answer = sent(program, registration)
    assert answer.status_code == 202, answer.content
    told = program.body(f"imports/{answer.json()['job']}")
    assert told["state"] == "made" and told["new"] == 0 and told["problems"] == []
    wrong = sent(program, SimpleUploadedFile("hormone.csv", b"study_number,marker\r\nNET-999,CGA\r\n"))
    assert wrong.json()["problems"] and {"file", "line", "words"} <= wrong.json()["problems"][0].keys()
    assert Change.objects.count() == before


@pytest.mark.parametrize(
    ("files", "source", "status"),
    [((), "old system", 422), ((SimpleUploadedFile("a.csv", b"x"),), "", 422),
     ((SimpleUploadedFile("a.zip", b"PK\x03\x04"),), "old system", 202),
     ((SimpleUploadedFile("a.xlsx", b"\x00" * 2_600_000),), "old system", 413)],
)  # fmt: skip
def test_files_that_cannot_be_read_are_refused_in_words(program: Program, files: Any, source: str, status: int) -> None:
    answer = sent(program, *files, source=source)
    assert answer.status_code == status, answer.content
    assert status == 202 or answer.headers["Content-Type"] == "application/problem+json"
