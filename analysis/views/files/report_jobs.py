"""The board's report of a data cut, asked for on the page of data cuts: made by a process of its own, kept for a day.

Its pictures take half a minute. The whole report and its open part alone, each as PDF and as a Word document.
"""

from io import BytesIO
from typing import Any, NamedTuple

from analysis.results import board_report
from analysis.views.files import plot_downloads
from trial.models import DataCut, FileJob, Person
from trial.operations import file_jobs
from trial.operations.file_jobs import MADE, REPORT

# In the name of a file → in words.
PARTS = {"report": "whole report", "open-part": "open part"}


def start(person: Person, cut: DataCut) -> None:
    """Has it made by a process of its own. Raises Refused while another one is under way."""
    file_jobs.start(file_jobs.begin(REPORT, person, cut.name))


class Newest(NamedTuple):
    """The newest report of a data cut, with how far it is, and the newest that is made."""

    job: FileJob
    made: FileJob | None


def newest() -> dict[str, Newest]:
    """By the name of the data cut."""
    found: dict[str, Newest] = {}
    for job in reversed(file_jobs.of_kind(REPORT)):
        before = found.get(job.of)
        found[job.of] = Newest(job, job if job.state == MADE else before.made if before else None)
    return found


def carry_out(job: FileJob) -> FileJob:
    """Makes the files of the report that was asked for; called by the process of its own."""

    def make(told: file_jobs.Told) -> dict[str, Any]:
        whole = board_report.content(DataCut.objects.get(name=job.of), plot_downloads.of_report)
        for part, report in zip(PARTS, (whole, board_report.open_part(whole)), strict=True):
            for ending, made_by in board_report.MADE_BY.items():
                file_jobs.put(job, f"{part}.{ending}", BytesIO(made_by(report)))
        return {}

    return file_jobs.carry_out(job, make)
