"""`manage.py export odm DIR`: the audit trail and a snapshot in ODM 1.3.2, with the script that verifies the trail."""

import shutil
from datetime import UTC
from pathlib import Path
from typing import Any

from capture.exchange.odm import document
from capture.trail import verify_trail
from capture.trail.odm import trail, verify_odm
from trial.operations import exports
from trial.operations.exports import Asked, Listed, Told, listed, one_moment, whole_folder
from trial.refused import Refused


def export(kind: str, folder: Path, told: Told = lambda words: None, asked: Asked = Asked()) -> dict[str, Any]:
    """Writes both files into the folder, which is new or empty; returns the manifest. Raises Refused.

    told is called with the title of each file.
    """
    with whole_folder(folder) as unfinished:
        with one_moment():
            moment = document.moment_of(asked)
            files, head = _trail(unfinished, moment, told)
        manifest = exports.manifest_of(kind, moment.change, files, as_of=moment.at.astimezone(UTC).isoformat(),
                                       cut=asked.cut, site=asked.site, head=head)  # fmt: skip
        exports.write_manifest(unfinished, manifest)
    return manifest


def _trail(folder: Path, moment: document.Moment, told: Told) -> tuple[list[Listed], str]:
    if moment.site is not None:
        raise Refused("The audit trail of one site is no chain. Leave out the site.")
    told("Audit trail")
    trail.stop_redacted_later(moment.change)
    subjects = document.subjects_at(moment.change)
    with document.opened(folder / verify_odm.TRAIL, moment, "Transactional") as xml:
        changes, versions, newest = trail.write(xml, moment.change, subjects)
    trail.reconcile(moment.change, changes, versions)
    found = [listed(folder / verify_odm.TRAIL, "", "Audit trail", versions)]
    for script in (verify_odm, verify_trail):
        path = Path(str(script.__file__))
        shutil.copyfile(path, folder / path.name)
        found.append(listed(folder / path.name, "", "Verifies the audit trail", 0))
    return found, f"{changes}:{newest}"
