"""Files as they leave through the browser: a folder packed as one ZIP file, and a file sent piece by piece."""

import tempfile
import zipfile
from pathlib import Path
from typing import Any

from django.http import FileResponse


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


def sent(file: Any, name: str, content_type: str = "application/zip") -> FileResponse:
    """An open file as a download."""
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    answer.block_size = 1 << 16
    return answer
