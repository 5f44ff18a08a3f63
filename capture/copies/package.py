"""A copy as a folder with its manifest, packed as one ZIP file, and noted on record under the hash of its manifest.

Why a ZIP and no files inside the PDF: a PDF cannot carry its own hash, and readers of PDF block what is attached.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capture.copies import excerpt, verify_copy
from capture.copies.contents import cover
from capture.copies.contents.cover import Making
from capture.exchange.exporting import download
from capture.trail import verify_trail
from trial import protocol
from trial.drawing import sections
from trial.drawing.pdf import instant
from trial.models import JournalEntry, Participant, Person, audit
from trial.operations.exports import one_moment
from trial.operations.validation.report import validation_state
from trial.runtime.program import PROGRAM

NOTED = "manifest "  # the words of the journal end with it and the hash


@dataclass(frozen=True)
class Packed:
    """An open ZIP file at its beginning, its name, and the SHA-256 of the manifest in it."""

    file: Any
    name: str
    manifest: str


def copy_of(person: Person | None, participant: Participant) -> Packed:
    """The certified copy of one casebook, noted as made by the person (None: at the command line)."""
    with tempfile.TemporaryDirectory(prefix="endpoint-copy-") as place:
        folder = Path(place)
        with one_moment():
            making = Making.now(person)
            lines = list(excerpt.of_participant(participant))
            made = cover.document(participant, making, lines)
        (folder / f"{participant.reference}.pdf").write_bytes(sections.pages(made))
        told = excerpt.write(lines, folder / verify_copy.TRAIL)
        what = f"Certified copy of the casebook of {participant.reference}"
        digest = finish(folder, what, making, {"participant": participant.reference, "trail": "excerpt"}, told)
        packed = download.pack(folder)
    note(person, f"certified copy {making.copy_id} of {participant.reference}", making, digest)
    name = f"certified-copy-{participant.reference}-change-{making.change}-{making.copy_id}.zip"
    return Packed(packed, name, digest)


def finish(folder: Path, what: str, making: Making, more: Mapping[str, Any], lines: Sequence[excerpt.Line]) -> str:
    """Adds the scripts and the manifest of all files; returns the hash of the manifest. lines: those of the trail."""
    shutil.copyfile(verify_copy.__file__, folder / "verify_copy.py")
    shutil.copyfile(verify_trail.__file__, folder / "sealed_trail.py")
    manifest = {
        "what": what, "study": protocol.STUDY_NAME, "copy": making.copy_id, "made_by": making.by,
        "made_at": instant(making.at), "change": making.change, "head": str(making.head) if making.head else None,
        "program": PROGRAM, "validation": validation_state()[1], **more, "changes": len(lines),
        "versions": sum(each.versions for each in lines),
        "withheld": sum(each.withheld for each in lines), "people": _people({each.person for each in lines}),
        "files": [_listed(folder, each) for each in download.files_of(folder)],
    }  # fmt: skip
    text = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()
    (folder / verify_copy.MANIFEST).write_bytes(text)
    return hashlib.sha256(text).hexdigest()


def _people(keys: set[int | None]) -> dict[str, str]:
    """Names of those whose numbers stand in the headers of the trail."""
    found = Person.objects.filter(pk__in=keys - {None}).order_by("pk")
    return {str(each.pk): f"{each.full_name} ({each.username})" for each in found}


def _listed(folder: Path, file: Path) -> dict[str, Any]:
    name = file.relative_to(folder).as_posix()
    return {"file": name, "bytes": file.stat().st_size, "sha256": verify_copy.hash_of(file)}


def note(person: Person | None, words: str, making: Making, digest: str) -> JournalEntry:
    """Puts the copy on record before it is handed over."""
    said = f"{words}, change {making.change}, {NOTED}{digest}"
    return audit.note(person, JournalEntry.Kind.RECORD, said)
