"""`manage.py export crf DIR`: the blank casebook and the annotated one."""

from pathlib import Path
from typing import Any

from capture.casebook.registry import CASEBOOK
from capture.copies.paper import annotated, blank
from trial.models.audit import last_change
from trial.operations import exports
from trial.operations.exports import Asked, Told, listed, whole_folder
from trial.refused import Refused

BLANK = "blank_crf.pdf"


def export(kind: str, folder: Path, told: Told = lambda words: None, asked: Asked = Asked()) -> dict[str, Any]:
    """Writes both into the folder, which is new or empty; returns the manifest. Raises Refused for a moment or a site.

    told is called with the title of each file.
    """
    if asked != Asked():
        raise Refused(f"Forms on paper hold no data, so none of “{asked.words}”. Leave it out.")
    of_editions = [each for form in CASEBOOK for edition in form.versions
                   for each in annotated.questions(form, edition.number)]  # fmt: skip
    of_newest = [each for form in CASEBOOK for each in annotated.questions(form, form.versions[-1].number)]
    with whole_folder(folder) as unfinished:
        files = []
        for name, title, drawn, count in (
            (BLANK, "Blank casebook", blank.pages, len(of_newest)),
            (exports.ANNOTATED_CASEBOOK, "Annotated casebook", annotated.pages, len(of_editions)),
        ):
            told(title)
            (unfinished / name).write_bytes(drawn())
            files.append(listed(unfinished / name, "", title, count))
        manifest = exports.manifest_of(kind, last_change(), files)
        exports.write_manifest(unfinished, manifest)
    return manifest
