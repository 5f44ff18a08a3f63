"""The manifest beside each dump: what the file is and what it holds. A dump without one never counts."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trial.audit import verify
from trial.backups.contents import Contents

FORMAT = 1


class CannotBackUp(Exception):
    """No backup was made; the message says why, in words for the operator and the Status page."""


class CannotRestore(Exception):
    """A backup cannot be used, or did not come back as it was; the message says why."""


@dataclass(frozen=True)
class Manifest:
    """One finished backup. `file` is the dump's name, in the manifest's own folder; `made_at` is in UTC."""

    file: str
    sha256: str
    bytes: int
    made_at: datetime
    program: str
    server: str
    contents: Contents

    def text(self) -> str:
        """As it stands in the file."""
        words = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        contents = words.pop("contents")
        head = str(self.contents.head) if self.contents.head else None
        return json.dumps(words | contents | {"head": head}, indent=1) + "\n"


def beside(dump: Path) -> Path:
    """The manifest's place."""
    return dump.with_suffix(".json")


def read(place: Path) -> Manifest:
    """Reads one manifest. Raises CannotRestore when it is missing or is not one."""
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise ValueError("another format")
        return _from(found)
    except FileNotFoundError as error:
        raise CannotRestore(f"{place.name} is missing: a dump without its manifest is no finished backup.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotRestore(f"{place.name} cannot be read: the manifest is damaged or of another version.") from error


def _from(found: dict[str, Any]) -> Manifest:
    head = verify.head_from(found["head"]) if found["head"] is not None else None
    rows = {str(table): int(count) for table, count in found["rows"].items()}
    return Manifest(
        file=str(found["file"]),
        sha256=str(found["sha256"]),
        bytes=int(found["bytes"]),
        made_at=datetime.fromisoformat(found["made_at"]).astimezone(UTC),
        program=str(found["program"]),
        server=str(found["server"]),
        contents=Contents(rows, tuple(found["migrations"]), head),
    )


def checked(dump: Path) -> Manifest:
    """The manifest of a dump that is byte for byte what was written. Raises CannotRestore otherwise."""
    if not dump.is_file():
        raise CannotRestore(f"There is no file {dump}.")
    manifest = read(beside(dump))
    if manifest.file != dump.name:
        raise CannotRestore(f"The manifest is that of {manifest.file}, not of {dump.name}.")
    try:
        size, digest = dump.stat().st_size, sha256_of(dump)
    except OSError as error:
        raise CannotRestore(f"{dump.name} cannot be read: {error.strerror}.") from error
    if size != manifest.bytes:
        raise CannotRestore(f"{dump.name} has {size} bytes, its manifest says {manifest.bytes}: it is damaged.")
    if digest != manifest.sha256:
        raise CannotRestore(f"{dump.name} is not what its manifest says (SHA-256): it is damaged or was altered.")
    return manifest


def sha256_of(place: Path) -> str:
    """In hexadecimal."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def newest(folder: Path) -> Path:
    """The newest finished dump of the folder; names carry the time. Raises CannotRestore when there is none."""
    names = sorted(folder.glob("endpoint-*.json")) if folder.is_dir() else []
    if not names:
        raise CannotRestore(f"There is no backup in {folder}.")
    return names[-1].with_suffix(".dump")


def sync(folder: Path) -> None:
    """A rename is on disk only once its folder is."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
