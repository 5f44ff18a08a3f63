"""`manage.py export ctgov DIR`: the results section as JSON and as upload document, and what is left open."""

from datetime import UTC
from pathlib import Path
from typing import Any

from analysis.endpoints.registry import arranged
from analysis.results import moments
from analysis.submission.registry import section, upload
from trial.operations import exports
from trial.operations.exports import Asked, Told
from trial.protocol import GROUPS
from trial.refused import Refused

# Ending of a file → what it is, and how a section is written as it.
FORMATS = {"json": ("Results in the shape of the registry's API", section.as_json),
           "xml": ("Upload document", upload.document)}  # fmt: skip


def export(kind: str, folder: Path, told: Told = lambda words: None, asked: Asked = Asked()) -> dict[str, Any]:
    """Writes the three files into the folder, which is new or empty; returns the manifest. Raises Refused.

    Computed first where it is behind, as by `manage.py endpoints`.
    """
    if asked.site:
        raise Refused("The registry asks for the whole study: leave out the site.")
    known = exports.moment_of(asked, may_be_cut_off=True)
    moment = moments.of_export(known)
    # One moment for all groups: a group computed later knows no more than one computed before.
    stored = {group.code: moments.compute(group.code, moment) for group in GROUPS}
    results = {code: arranged(each.result) for code, each in stored.items()}
    made = section.results_section(results)
    with exports.whole_folder(folder) as unfinished:
        lines = "".join(f"- {line}\n" for line in section.left_open(results))
        written = {f"results.{ending}": (title, write(made)) for ending, (title, write) in FORMATS.items()}
        written["left_open.md"] = "What the record does not say", lines.encode()
        for name, (title, content) in written.items():
            told(title)
            (unfinished / name).write_bytes(content)
        manifest = exports.manifest_of(
            kind, moment.change,
            [exports.listed(unfinished / name, "", title, 0) for name, (title, _) in written.items()],
            as_of=known.at.astimezone(UTC).isoformat(), cut=asked.cut,
            settings={code: each.settings_version for code, each in stored.items()},
            engines={code: each.engine for code, each in stored.items()},
        )  # fmt: skip
        exports.write_manifest(unfinished, manifest)
    return manifest
