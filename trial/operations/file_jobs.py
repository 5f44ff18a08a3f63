"""Work on files that outlives a request, such as an archive: one of a kind at a time, by a process of its own.

A process of its own, since neither a page nor the worker, which recomputes endpoints within a second, may stand still
for it. How far it is stands in PostgreSQL and its files in the storage `kept`, so that every web process of every
machine finds the same. Both go after a day.
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from trial.models import FileJob, Person
from trial.refused import Refused

ARCHIVE, PREVIEW, IMPORT, EXPORT = "archive", "preview", "import", "export"
REPORT, EFFECT, FIGURES = "report", "effect", "figures"


class Kind(NamedTuple):
    """What makes a job, as text (the applications that make them do not import each other), and what is said of one
    that broke off or fell silent."""

    carried_out_by: str
    stopped: str


_IMPORTS = Kind("capture.exchange.importing.import_jobs.carry_out",
                "The import was interrupted; nothing was written. Choose the files again.")  # fmt: skip
KINDS = {
    ARCHIVE: Kind("capture.copies.archive_jobs.carry_out", "The archive was interrupted. Request it again."),
    PREVIEW: _IMPORTS,
    IMPORT: _IMPORTS,
    EXPORT: Kind("capture.exchange.exporting.export_jobs.carry_out", "The export was interrupted. Request it again."),
    REPORT: Kind("analysis.views.files.report_jobs.carry_out", "The report was interrupted. Create it again."),
    FIGURES: Kind("analysis.views.files.all_figures.carry_out", "The figures were interrupted. Ask for them again."),
    EFFECT: Kind("analysis.results.settings_effect.carry_out", "It was interrupted. Calculate it again."),
}
UNDER_WAY, MADE, FAILED = FileJob.State.UNDER_WAY, FileJob.State.MADE, FileJob.State.FAILED
KEPT_SECONDS, SILENT_SECONDS = 24 * 60 * 60, 2 * 60
TELLS_SECONDS = 1.0
Told = Callable[[int, int], None]


def begin(kind: str, person: Person, of: str) -> FileJob:
    """Puts it down as under way. Raises Refused while another one of the kind is."""
    forget_old()
    silent = timezone.now() - timedelta(seconds=SILENT_SECONDS)
    before = FileJob.objects.filter(kind=kind, state=UNDER_WAY, told_at__lt=silent)
    before.update(state=FAILED, words=KINDS[kind].stopped)
    try:
        with transaction.atomic():
            return FileJob.objects.create(kind=kind, person=person, of=of)
    except IntegrityError as taken:
        raise Refused(f"Another {kind} is under way. Try again when it is finished.") from taken


def begin_again(job: FileJob, kind: str) -> None:
    """The next step with the same files. Raises Refused while another one of that kind is under way."""
    try:
        with transaction.atomic():
            ready = FileJob.objects.filter(pk=job.pk, state=MADE, kind=job.kind)
            if not ready.update(kind=kind, state=UNDER_WAY, done=0, total=0, told_at=timezone.now()):
                raise Refused("This is already under way or finished.")
    except IntegrityError as taken:
        raise Refused(f"Another {kind} is under way. Try again when it is finished.") from taken
    job.refresh_from_db()


def start(job: FileJob) -> None:
    """Hands it to a process of its own; what goes wrong in it stands in the log of the pages."""
    FileJob.objects.filter(pk=job.pk).update(told_at=timezone.now())  # a large file may have come slowly
    words = [sys.executable, str(settings.BASE_DIR / "manage.py"), "file_job", job.pk]
    more = {"ENDPOINT_DATABASE_NAME": str(connection.settings_dict["NAME"])} if settings.EMBEDDED else {}
    kept = storage()
    if isinstance(kept, FileSystemStorage):
        more["ENDPOINT_FILES"] = str(kept.location)
    made_by = subprocess.Popen(
        words, env=os.environ | more, cwd=settings.BASE_DIR, start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    threading.Thread(target=made_by.wait, daemon=True).start()  # so that nothing of it stays when it has ended


def end(job: FileJob, state: str, words: str = "", **more: Any) -> FileJob:
    """Puts down how it ended."""
    FileJob.objects.filter(pk=job.pk).update(state=state, words=words, told_at=timezone.now(), **more)
    job.refresh_from_db()
    return job


def by_id(key: str) -> FileJob | None:
    """The one with this id, failed where it fell silent; None when there is none (any more)."""
    return next(iter(_heard(_standing().filter(pk=key))), None)


def of_kind(kind: str) -> list[FileJob]:
    """All of a kind, newest first; one that fell silent has failed."""
    return _heard(_standing().filter(kind=kind).order_by("-asked_at", "-id"))


def _standing() -> Any:
    """Those that are still kept: an older one may be there yet, since `begin` alone forgets it."""
    return FileJob.objects.select_related("person").filter(told_at__gte=_kept_since())


def _kept_since() -> datetime:
    return timezone.now() - timedelta(seconds=KEPT_SECONDS)


def _heard(jobs: Iterable[FileJob]) -> list[FileJob]:
    """Those of which nothing was heard for long while under way have failed: their process is gone."""
    found = list(jobs)
    for job in found:
        if job.state == UNDER_WAY and timezone.now() - job.told_at > timedelta(seconds=SILENT_SECONDS):
            job.state, job.words = FAILED, KINDS[job.kind].stopped
    return found


def carry_out(job: FileJob, make: Callable[[Told], Mapping[str, Any]]) -> FileJob:
    """Carries out a job in a process of its own.

    make: puts its files in place; returns what is put down of the end.
    """
    os.nice(10)  # pages come first
    try:
        with telling(job) as told:
            ended = make(told)
    except Refused as refusal:
        return end(job, FAILED, str(refusal))
    except Exception:
        end(job, FAILED, KINDS[job.kind].stopped)
        raise
    return end(job, MADE, **ended)


@contextlib.contextmanager
def telling(job: FileJob) -> Iterator[Told]:
    """While it lasts, how far it is comes on record over a connection of its own: the work may stand in a transaction
    that nobody sees into. What is yielded is called with how many are done, of how many."""
    at, ended = [0, 0], threading.Event()

    def tell() -> None:
        while not ended.wait(TELLS_SECONDS):
            with contextlib.suppress(DatabaseError):
                FileJob.objects.filter(pk=job.pk).update(done=at[0], total=at[1], told_at=timezone.now())
        connection.close()

    def told(done: int, total: int) -> None:
        at[:] = done, total

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield told
    finally:
        ended.set()
        teller.join()


def storage() -> Storage:
    """Where the files are, by the setting KEPT_FILES."""
    return storages["kept"]


def put(job: FileJob, name: str, content: Any) -> None:
    """Keeps a file of the job; it replaces one of the same name. content: an open binary file."""
    place = f"{job.pk}/{name}"
    storage().delete(place)
    storage().save(place, File(content))


def opened(job: FileJob, name: str) -> Any:
    """An open binary file. Raises FileNotFoundError."""
    return storage().open(f"{job.pk}/{name}", "rb")


def names(job: FileJob) -> list[str]:
    """The files of the job."""
    try:
        return sorted(storage().listdir(job.pk)[1])
    except FileNotFoundError:
        return []


def copy_to(job: FileJob, folder: Path, wanted: list[str]) -> dict[str, Path]:
    """Copies files of the job into a folder of this machine; name → place."""
    for name in wanted:
        with opened(job, name) as content, (folder / name).open("wb") as target:
            for part in File(content).chunks():
                target.write(part)
    return {name: folder / name for name in wanted}


def forget_files(job: FileJob) -> None:
    """Its files; what is known of it stays."""
    for name in names(job):
        storage().delete(f"{job.pk}/{name}")


def forget(job: FileJob) -> None:
    """The job and its files."""
    forget_files(job)
    with contextlib.suppress(OSError):
        storage().delete(job.pk)
    job.delete()


def forget_old() -> None:
    """Whatever is older than a day."""
    for job in FileJob.objects.filter(told_at__lt=_kept_since()):
        forget(job)
