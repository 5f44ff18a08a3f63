"""Files as they leave through the browser: a folder packed as one ZIP file, and a file sent piece by piece."""

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.http import FileResponse

from trial.models import FileJob
from trial.operations import file_jobs


def files_of(folder: Path) -> list[Path]:
    """Every file in the folder and below it, in order."""
    return sorted(each for each in folder.rglob("*") if each.is_file())


def write(folder: Path, target: Any) -> None:
    """Every file of the folder into a ZIP file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files_of(folder):
            archive.write(file, file.relative_to(folder).as_posix())


def pack(folder: Path) -> Any:
    """Every file of the folder in an open ZIP file at its beginning; on disk, gone when closed."""
    packed = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it when it is sent)
    write(folder, packed)
    packed.seek(0)
    return packed


def carry_out(job: FileJob, name: str, make: Callable[[Path, file_jobs.Told], Mapping[str, Any]]) -> FileJob:
    """Carries out a job whose folder is kept as one ZIP file of this name.

    make: writes the folder; returns what is put down of the end.
    """

    def packed(told: file_jobs.Told) -> Mapping[str, Any]:
        with tempfile.TemporaryDirectory(prefix=f"endpoint-{job.kind}-") as place, tempfile.TemporaryFile() as target:
            ended = make(Path(place) / job.kind, told)
            write(Path(place) / job.kind, target)
            target.seek(0)
            file_jobs.put(job, name, target)
        return ended

    return file_jobs.carry_out(job, packed)


def sent(file: Any, name: str, content_type: str = "application/zip") -> FileResponse:
    """An open file as a download."""
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    answer.block_size = 1 << 16
    return answer
