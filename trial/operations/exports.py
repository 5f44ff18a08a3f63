"""Exports: every kind that the command and the pages offer, and folders that appear whole or not at all.

A kind is named with the function that makes it, as text: the applications that make them do not import each other.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from trial import protocol
from trial.api.moments import WrongMoment, named
from trial.models import Change, DataCut, Site, audit
from trial.operations.validation.report import validation_state
from trial.refused import Refused
from trial.runtime.program import PROGRAM

MANIFEST = "manifest.json"
Told = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What an export is to hold: as of a change number or an instant, of a data cut, of one site; empty: all, now."""

    as_of: str = ""
    cut: str = ""
    site: str = ""

    @property
    def words(self) -> str:
        """For the access log; empty for all of now."""
        named = (("as of", self.as_of), ("data cut", self.cut), ("site", self.site))
        return ", ".join(f"{name} {value}" for name, value in named if value)


class Moment(NamedTuple):
    """The newest change that is known, when it was made, the data cut that names it, and whose data (None: all)."""

    change: int
    at: datetime
    cut: DataCut | None = None
    site: Site | None = None


def moment_of(asked: Asked, may_be_cut_off: bool = False) -> Moment:
    """What is asked for. Raises Refused for what does not exist, and for clinical cut-offs unless they may be."""
    try:
        change, cut = named(asked.as_of, asked.cut)
    except WrongMoment as refusal:
        raise Refused(str(refusal)) from None
    if cut is not None and cut.cutoff is not None and not may_be_cut_off:
        raise Refused(f"The data cut “{cut.name}” has a clinical cut-off, and this export holds everything recorded. "
                      f"Ask for change {change} instead.")  # fmt: skip
    at = Change.objects.filter(pk=change).values_list("at", flat=True).first()
    if at is None:
        raise Refused("Nothing is recorded yet.")
    site = Site.objects.filter(code=asked.site).first() if asked.site else None
    if asked.site and site is None:
        raise Refused(f"There is no site {asked.site}.")
    return Moment(change, at, cut, site)


@dataclass(frozen=True)
class Kind:
    """A kind of export: its name in the command, what it is, and what makes it.

    button: its words on the page; empty: only the command and programs have it. has_moment: it can be of a past moment.
    """

    name: str
    title: str
    made_by: str
    button: str = ""
    has_moment: bool = True


_OF_THE_RECORD, _OF_THE_STANDARDS = "capture.exchange.exporting.export.export", "analysis.submission.export.export"
_OF_ODM = "capture.trail.odm.export.export"
KINDS = (
    Kind("csv", "Every data set as a CSV file", _OF_THE_RECORD, "Export CSV files", False),
    Kind("xlsx", "Every data set in a workbook", _OF_THE_RECORD, "Export workbook (XLSX)", False),
    Kind("stats", "CSV files with programs that read them in R, SAS, SPSS and Stata", _OF_THE_RECORD,
         "Export for R, SAS, SPSS, Stata", False),
    Kind("crf", "Blank and annotated casebook as PDF", "capture.copies.paper.export.export", "Export blank and "
         "annotated casebook", False),
    Kind("sdtm", "SDTM as SAS transport files and Dataset-JSON", _OF_THE_STANDARDS, "Export SDTM"),
    Kind("xpt", "SDTM as SAS transport files", _OF_THE_STANDARDS),
    Kind("datasetjson", "SDTM as Dataset-JSON", _OF_THE_STANDARDS),
    Kind("ctgov", "Results for the public registry", "analysis.submission.registry.export.export"),
    Kind("adam", "ADaM as SAS transport files and Dataset-JSON", _OF_THE_STANDARDS, "Export ADaM"),
    Kind("odm", "Values and audit trail as CDISC ODM", _OF_ODM, "Export ODM"),
    Kind("odm2", "Values as CDISC ODM 2.0", _OF_ODM, "Export ODM 2.0"),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}


def write(kind: str, folder: Path, told: Told = lambda words: None, asked: Asked = Asked()) -> dict[str, Any]:
    """Makes an export of this kind in the folder, which is new or empty; returns its manifest. Raises Refused.

    told is called with the title of each data set.
    """
    manifest: dict[str, Any] = import_string(BY_NAME[kind].made_by)(kind, folder, told, asked)
    return manifest


def note(folder: Path, kind: audit.Kind, words: str) -> None:
    """Notes what the command line has written into a folder; what cannot be noted is taken back."""
    try:
        audit.note(None, kind, words)
    except Exception:
        shutil.rmtree(folder)
        raise


# The casebook with the variables that its questions become, wherever it leaves.
ANNOTATED_CASEBOOK = "acrf.pdf"


def annotated_casebook() -> tuple[bytes, Mapping[str, tuple[str, ...]]]:
    """The annotated casebook as PDF; variable (`AE.AESTDTC`) → names of the places in it that ask for its value."""
    found: tuple[bytes, Mapping[str, tuple[str, ...]]] = import_string("capture.copies.paper.annotated.casebook")()
    return found


@dataclass(frozen=True)
class Listed:
    """One file (or sheet) of an export: what it holds, its rows without the header, and the hash of the file."""

    file: str
    sheet: str
    title: str
    rows: int
    sha256: str


def listed(path: Path, sheet: str, title: str, rows: int) -> Listed:
    """The file as the manifest names it."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Listed(path.name, sheet, title, rows, sha256)


def manifest_of(kind: str, change: int, files: Iterable[Listed], **more: Any) -> dict[str, Any]:
    """What is in the folder, by which program, of which change; only here stands when it was written."""
    return {
        "study": protocol.STUDY_NAME,
        "program": PROGRAM,
        "validation": validation_state()[1],
        "form": kind,
        "change": change,
        "written_at": timezone.now().isoformat(timespec="seconds"),
        **more,
        "files": [asdict(each) for each in files],
    }


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Beside the files that it names."""
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes its name only when everything is right. Raises Refused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not an empty folder. Nothing was written.")
    if not folder.parent.is_dir():
        raise Refused(f"There is no folder {folder.parent}.")
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".unfinished", dir=folder.parent))
    try:
        yield unfinished
        os.rename(unfinished, folder)
    except OSError as refusal:
        raise Refused(f"The files could not be written: {refusal.strerror}.") from refusal
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


@contextmanager
def one_moment() -> Iterator[None]:
    """One read-only moment of the record, for as long as the block lasts."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
