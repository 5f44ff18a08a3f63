"""Files that come through the browser: unpacked within limits, one at a time, so that little of them is in memory."""

import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from capture.exchange.importing import files
from trial.refused import Refused

MOST_BYTES = 200_000_000
MOST_FILES = 100
# What fits in so many bytes stays in memory.
IN_MEMORY = 2_500_000


def unpacked(uploaded: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """(file name, open file) of CSV files and of ZIP files that hold them; folders inside a ZIP do not matter.

    Raises Refused, also after some were given.
    """
    seen: set[str] = set()
    size = 0
    for file in uploaded:
        if file.size > MOST_BYTES:
            raise Refused(f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB.")
        if _is_workbook(file):
            raise Refused(f"{file.name}: {files.WORKBOOK}")
        for name, length, part in _of_zip(file) if zipfile.is_zipfile(file) else [(file.name, file.size, file)]:
            short, size = Path(name.replace("\\", "/")).name, size + length
            if short in seen:
                raise Refused(f"{short} was chosen twice.")
            if not re.fullmatch(r"[^/\x00.][^/\x00]{0,99}", short):
                raise Refused("The name of a file begins with a dot, or has more than 100 characters.")
            seen.add(short)
            if size > MOST_BYTES or len(seen) > MOST_FILES:
                raise Refused(f"These are more than {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB.")
            part.seek(0)
            yield short, part


def _is_workbook(file: Any) -> bool:
    found = files.holds_workbook(file)
    file.seek(0)
    return found


def _of_zip(file: Any) -> Iterator[tuple[str, int, IO[bytes]]]:
    name = file.name
    try:
        with zipfile.ZipFile(file) as archive:
            members = [each for each in archive.infolist() if not each.is_dir() and "__MACOSX" not in each.filename]
            # Asked before unpacking: a small file can claim to hold gigabytes.
            if sum(each.file_size for each in members) > MOST_BYTES or len(members) > MOST_FILES:
                raise Refused(f"{name} holds more than {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB.")
            for each in members:
                with tempfile.SpooledTemporaryFile(IN_MEMORY) as part:
                    with archive.open(each) as packed:
                        copyfileobj(packed, part)
                    yield each.filename, each.file_size, part  # type: ignore[misc]
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as refusal:
        raise Refused(f"{name} is a ZIP file that cannot be read.") from refusal
