"""The whole trail as a folder that can be verified without us: the exact texts that were sealed, and the script.

One line of JSON for each Change, of one moment, read through a server-side cursor: memory does not grow with the trail.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from capture.trail import verify_trail
from trial import protocol
from trial.audit.redaction import JOIN_K, KEPT, KEPT_CHANGES
from trial.audit.seal import HEADER_OF_C, TEXT_OF_V
from trial.operations.exports import one_moment, whole_folder
from trial.operations.validation.report import validation_state
from trial.refused import Refused
from trial.runtime.program import PROGRAM

CHANGES_AT_A_TIME = 500
# A version that was blacked out leaves with the hash of what was sealed and with its text as it stands now.
VERSION = f"""CASE WHEN k.version IS NULL THEN to_json({TEXT_OF_V}) ELSE json_build_object(
    'sha256', encode(k.sealed, 'hex'), 'withheld', 'redacted by Change ' || k.by_change, 'text', {TEXT_OF_V}) END"""
_LINES = f"""WITH kept AS MATERIALIZED ({KEPT}), kept_changes AS MATERIALIZED ({KEPT_CHANGES})
    SELECT c.id, {HEADER_OF_C}, encode(c.previous_seal, 'hex'), encode(c.seal, 'hex'), r.by_change,
    (SELECT coalesce(json_agg({VERSION} ORDER BY v.id), '[]') FROM trial_version v {JOIN_K} WHERE v.change_id = c.id)
    FROM trial_change c LEFT JOIN kept_changes r ON r.change = c.id ORDER BY c.id"""


def export_trail(folder: Path) -> dict[str, Any]:
    """Writes the trail into the folder, which is new or empty; returns the manifest.

    Raises Refused: nothing is left behind then.
    """
    with whole_folder(folder) as unfinished:
        with one_moment():
            manifest = _write(unfinished / verify_trail.TRAIL)
            _reconcile(manifest)
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (unfinished / verify_trail.MANIFEST).write_text(text, encoding="utf-8")
        shutil.copyfile(verify_trail.__file__, unfinished / "verify_trail.py")
    return manifest


def _write(path: Path) -> dict[str, Any]:
    changes, versions, head = 0, 0, None
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, header, previous, seal, by_change, texts in _rows():
            one = line(number, header, previous, seal, by_change, texts)
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
            changes, versions, head = changes + 1, versions + len(texts), f"{number}:{seal}"
    return {
        "study": protocol.STUDY_NAME, "program": PROGRAM, "validation": validation_state()[1], "changes": changes,
        "versions": versions, "head": head, "written_at": timezone.now().isoformat(timespec="seconds"),
    }  # fmt: skip


def line(number: int, header: str, previous: str | None, seal: str, black_out: int | None,
         versions: list[Any]) -> dict[str, Any]:  # fmt: skip
    """One Change as a trail holds it; black_out: the Change that blacked its reason out, None for nearly all."""
    one = {"change": number, "header": header, "previous_seal": previous, "seal": seal, "versions": versions}
    if black_out is not None:
        one["seal_kept"] = f"reason redacted by Change {black_out}"
    return one


def _rows() -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LINES)
        while rows := cursor.fetchmany(CHANGES_AT_A_TIME):
            for *head, texts in rows:
                yield *head, json.loads(texts) if isinstance(texts, str) else texts


def _reconcile(manifest: dict[str, Any]) -> None:
    """A version without its Change would not be written: the counts show it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM trial_change), (SELECT count(*) FROM trial_version)")
        changes, versions = cursor.fetchone()
    if (changes, versions) != (manifest["changes"], manifest["versions"]):
        raise Refused(
            f"{changes} Changes and {versions} versions are on record; "
            f"{manifest['changes']} and {manifest['versions']} were written."
        )
