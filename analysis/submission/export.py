"""An export of SDTM or ADaM: one moment, one folder, one manifest; the same moment gives the same bytes.

The record is read in one REPEATABLE READ transaction; the files are made afterwards. Instants in the files are that of
the newest change that is known: only the manifest says when they were written.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, NamedTuple

from analysis.endpoints.registry import ENGINE
from analysis.results import moments
from analysis.submission import dataset_json, define, readers_guide, rows, xpt
from analysis.submission.first_pass import FirstPass, Written
from trial.operations import exports
from trial.operations.exports import Asked, Listed, Told
from trial.refused import Refused
from trial.tabulation.data_sets import ANALYSIS_SETS, DATA_SETS
from trial.tabulation.declarations import ADAMIG, SDTM, SDTMIG, TERMINOLOGY, Core, DataSet
from trial.tabulation.subject import Study


class Made(NamedTuple):
    """What a kind of export holds: the data sets, their standard, and in which formats."""

    data_sets: Sequence[DataSet]
    standard: define.Standard
    formats: tuple[str, ...]


KINDS: Mapping[str, Made] = {
    "sdtm": Made(DATA_SETS, define.OF_TABULATION, ("xpt", "json")),
    "xpt": Made(DATA_SETS, define.OF_TABULATION, ("xpt",)),
    "datasetjson": Made(DATA_SETS, define.OF_TABULATION, ("json",)),
    "adam": Made(ANALYSIS_SETS, define.OF_ANALYSIS, ("xpt", "json")),
}
EDITIONS = {"sdtm": SDTM, "sdtmig": SDTMIG, "adamig": ADAMIG, "terminology": TERMINOLOGY,
            "dataset_json": dataset_json.VERSION, "xpt": "5"}  # fmt: skip


def export(kind: str, folder: Path, told: Told = lambda words: None, asked: Asked = Asked()) -> dict[str, Any]:
    """Writes every data set into the folder, which is new or empty; returns the manifest. Raises Refused.

    told is called with the title of each data set.
    """
    known = exports.moment_of(asked)
    moment = moments.of_export(known) if asked.as_of or asked.cut else None
    _stop_earlier_results(KINDS[kind], moment)
    results = rows.bring_up_to_date(moment)
    with exports.whole_folder(folder) as unfinished:
        with tempfile.TemporaryDirectory(prefix=".lines-", dir=folder.parent) as place:
            with exports.one_moment():
                snapshot = rows.snapshot_of(moment, results, asked.site)
                study = Study(snapshot.at.astimezone(UTC).date().isoformat(), snapshot.cut, snapshot.site)
                written = FirstPass(KINDS[kind].data_sets, Path(place)).write(snapshot.subjects(), study)
                record = rows.reconcile(snapshot)
            written = [each for each in written if each.rows or not each.data_set.is_supplement]
            for each in written:
                told(f"{each.data_set.name} {each.data_set.label}")
                _files(kind, each, unfinished, snapshot)
            casebook, places = exports.annotated_casebook() if KINDS[kind].data_sets is DATA_SETS else (b"", None)
            if places is not None:
                (unfinished / exports.ANNOTATED_CASEBOOK).write_bytes(casebook)
            define.write(written, unfinished / "define.xml", snapshot.at, KINDS[kind].formats[0],
                         KINDS[kind].standard, places)  # fmt: skip
            guide = readers_guide.text(written, snapshot)
            (unfinished / "readers_guide.md").write_text(guide, encoding="utf-8")
        manifest = exports.manifest_of(
            kind, snapshot.change, _listed(written, unfinished), as_of=snapshot.at.astimezone(UTC).isoformat(),
            cut=snapshot.cut, site=snapshot.site, editions=EDITIONS, record=record,
            variables={each.data_set.name: _told_of(each) for each in written},
        )  # fmt: skip
        exports.write_manifest(unfinished, manifest)
    return manifest


def _stop_earlier_results(made: Made, moment: moments.Moment | None) -> None:
    if moment is not None and moment.engine != ENGINE and made.data_sets is ANALYSIS_SETS:
        raise Refused(f"The results of the data cut “{moment.cut}” are those of an earlier version of the program, and "
                      "analysis data sets are made of results of this one. "
                      f"Ask for change {moment.change} instead.")  # fmt: skip


def _files(kind: str, written: Written, folder: Path, snapshot: rows.Snapshot) -> None:
    name = written.data_set.name.lower()
    if "xpt" in KINDS[kind].formats:
        xpt.write(written, folder / f"{name}.xpt", snapshot.at)
    if "json" in KINDS[kind].formats:
        dataset_json.write(written, folder, snapshot.at, KINDS[kind].standard.name)


def _listed(written: Iterable[Written], folder: Path) -> list[Listed]:
    known = {each.data_set.name.lower(): (each.data_set.label, each.rows) for each in written}
    known |= {"define": ("Definitions of the data sets", 0), "readers_guide": ("Reader's guide", 0),
              Path(exports.ANNOTATED_CASEBOOK).stem: ("Annotated casebook", 0)}  # fmt: skip
    return [exports.listed(path, "", *known[path.stem]) for path in sorted(folder.iterdir())]


def _told_of(written: Written) -> dict[str, Any]:
    """What a reader must know of the variables: required and empty, and letters that were replaced."""
    empty = [each.name for each in written.variables
             if each.core == Core.REQUIRED and written.seen[each.name].values < written.rows]  # fmt: skip
    replaced = {name: seen.replaced for name, seen in written.seen.items() if seen.replaced}
    return {"rows": written.rows, "required_and_missing": empty, "with_replaced_letters": replaced}
