"""Files that come through the browser: unpacked in memory within limits, kept between rehearsal and import.

They are kept in a folder of their own that only the program's account may enter, are taken away after the import, and
after a day at the latest.
"""

import io
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from capture.exchange.importing import files
from trial.refused import Refused

MOST_BYTES = 200_000_000
MOST_FILES = 100
KEPT_SECONDS = 24 * 60 * 60
PREFIX = "endpoint-import-"


def unpacked(uploaded: Iterable[Any]) -> dict[str, bytes]:
    """File name → content, of CSV files and of ZIP files that hold them; folders inside a ZIP do not matter.

    Raises Refused.
    """
    found: dict[str, bytes] = {}
    for file in uploaded:
        if file.size > MOST_BYTES:
            raise Refused(f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB.")
        content = file.read()
        if files.is_workbook(content):
            raise Refused(f"{file.name}: {files.WORKBOOK}")
        parts = _of_zip(file.name, content) if zipfile.is_zipfile(io.BytesIO(content)) else [(file.name, content)]
        for name, part in parts:
            short = Path(name.replace("\\", "/")).name
            if short in found:
                raise Refused(f"{short} was chosen twice.")
            found[short] = part
    if sum(map(len, found.values())) > MOST_BYTES or len(found) > MOST_FILES:
        raise Refused(f"These are more than {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB.")
    return found


def _of_zip(name: str, content: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir() and "__MACOSX" not in each.filename]
            # Asked before unpacking: a small file can claim to hold gigabytes.
            if sum(each.file_size for each in members) > MOST_BYTES or len(members) > MOST_FILES:
                raise Refused(f"{name} holds more than {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB.")
            return [(each.filename, archive.read(each)) for each in members]
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as refusal:
        raise Refused(f"{name} is a ZIP file that cannot be read.") from refusal


def keep(contents: dict[str, bytes]) -> str:
    """Keeps the files until the import; returns the folder."""
    _forget_old_ones()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return str(folder)


def kept(folder: str) -> dict[str, bytes] | None:
    """The files that were kept; None when they are gone."""
    place = Path(folder)
    if not place.name.startswith(PREFIX) or not place.is_dir():
        return None
    return {each.name: each.read_bytes() for each in place.iterdir()}


def forget(folder: str) -> None:
    """Takes the files away."""
    if Path(folder).name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def _forget_old_ones() -> None:
    for place in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if time.time() - place.stat().st_mtime > KEPT_SECONDS:
                forget(str(place))
        except OSError:
            continue  # another process was quicker, or it is another account's
