"""`manage.py export odm DIR`: the audit trail and a snapshot in ODM 1.3.2, with the script that verifies the trail;
`odm2`: the snapshot in ODM 2.0 alone.
"""

import json
import shutil
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from capture.exchange import odm
from capture.exchange.odm import document, snapshot, tables
from capture.exchange.odm.writer_2 import Writer2
from capture.exchange.odm.xml_writer import XmlWriter
from capture.trail import offline, verify_trail
from capture.trail.odm import odm_layout, trail, verify_odm
from trial.operations import exports
from trial.operations.exports import Asked, Listed, Told, listed, one_moment, whole_folder

STANDARDS = {"odm": XmlWriter, "odm2": Writer2}
SCHEMAS = ("endpoint-odm-1-3-2.xsd", "endpoint-ns.xsd")


def export(kind: str, folder: Path, told: Told = lambda words: None, asked: Asked = Asked()) -> dict[str, Any]:
    """Writes the files into the folder, which is new or empty; returns the manifest. Raises Refused.

    kind: of `STANDARDS`. told is called with the title of each file. Of one site, and as ODM 2.0, there is a snapshot
    alone: the changes of a site are no chain.
    """
    standard = STANDARDS[kind]
    with whole_folder(folder) as unfinished:
        with one_moment():
            moment = exports.moment_of(asked)
            subjects = document.subjects_at(moment.change)
            told("Snapshot")
            snapshot_file = unfinished / f"{kind}_snapshot.xml"
            with document.opened(snapshot_file, moment, "Snapshot", standard) as xml:
                rows = snapshot.write(xml, moment, subjects)
            files, head = [listed(snapshot_file, "", "Snapshot", rows)], ""
            if moment.site is None and not standard.is_2:
                told("Audit trail")
                of_trail, head = _trail(unfinished, moment, subjects)
                files += of_trail
        files += [_beside(unfinished, Path(str(odm.__file__)).with_name(name), "Schema")
                  for name in SCHEMAS if not standard.is_2]  # fmt: skip
        manifest = exports.manifest_of(
            kind, moment.change, files, as_of=moment.at.astimezone(UTC).isoformat(), cut=asked.cut, site=asked.site,
            head=head or ("no audit trail: it leaves as odm" if standard.is_2
                          else "no audit trail: the changes of one site are no chain"),
        )  # fmt: skip
        exports.write_manifest(unfinished, manifest)
    return manifest


def _trail(folder: Path, moment: exports.Moment, subjects: Mapping[int, str]) -> tuple[list[Listed], str]:
    trail.stop_redacted_later(moment.change)
    with document.opened(folder / verify_odm.TRAIL, moment, "Transactional") as xml:
        changes, versions, newest = trail.write(xml, moment.change, subjects)
    offline.reconcile(changes, versions, moment.change)
    scripts = [_beside(folder, Path(str(each.__file__)), "Verifies the trail")
               for each in (verify_odm, odm_layout, verify_trail)]  # fmt: skip
    places = folder / verify_odm.PLACES
    places.write_text(json.dumps(tables.places(), indent=1) + "\n", encoding="utf-8")
    return [listed(folder / verify_odm.TRAIL, "", "Audit trail", versions), *scripts,
            listed(places, "", "Where the trail has each table", 0)], f"{changes}:{newest}"  # fmt: skip


def _beside(folder: Path, file: Path, title: str) -> Listed:
    shutil.copyfile(file, folder / file.name)
    return listed(folder / file.name, "", title, 0)
