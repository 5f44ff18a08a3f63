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
EVERY = 2**63 - 1  # the largest number that a Change can have
# A version that was blacked out leaves with the hash of what was sealed and with its text as it stands now.
VERSION = f"""CASE WHEN k.version IS NULL THEN to_json({TEXT_OF_V}) ELSE json_build_object(
    'sha256', encode(k.sealed, 'hex'), 'withheld', 'redacted by Change ' || k.by_change, 'text', {TEXT_OF_V}) END"""


# A Change `c` as it was sealed: number, header, previous seal, seal, and the Change that redacted its reason.
HEAD_OF_C = f"c.id, {HEADER_OF_C}, encode(c.previous_seal, 'hex'), encode(c.seal, 'hex'), r.by_change"
FROM_CHANGES = "FROM trial_change c LEFT JOIN kept_changes r ON r.change = c.id"


def changes_in_sql(version: str, join: str = "", more: str = "") -> str:
    """SQL, behind WITH: every Change `c` as it was sealed; to be ended with a condition and ORDER BY.

    Its columns: those of HEAD_OF_C, and the text of a JSON list of its versions, each `version` (of `v`, and `k` where
    it was redacted; join: further tables); then `more`.
    """
    return f"""kept AS MATERIALIZED ({KEPT}), kept_changes AS MATERIALIZED ({KEPT_CHANGES})
        SELECT {HEAD_OF_C},
        (SELECT coalesce(json_agg({version} ORDER BY v.id), '[]')::text FROM trial_version v {join} {JOIN_K}
            WHERE v.change_id = c.id){more}
        {FROM_CHANGES}"""


def rows(query: str, values: Any = None) -> Iterator[tuple[Any, ...]]:
    """A long answer inside one moment, some rows at a time; instants are in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, values)
        while some := cursor.fetchmany(CHANGES_AT_A_TIME):
            yield from some


def export_trail(folder: Path) -> dict[str, Any]:
    """Writes the trail into the folder, which is new or empty; returns the manifest.

    Raises Refused: nothing is left behind then.
    """
    with whole_folder(folder) as unfinished:
        with one_moment():
            manifest = _write(unfinished / verify_trail.TRAIL)
            reconcile(manifest["changes"], manifest["versions"])
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (unfinished / verify_trail.MANIFEST).write_text(text, encoding="utf-8")
        shutil.copyfile(verify_trail.__file__, unfinished / "verify_trail.py")
    return manifest


def _write(path: Path) -> dict[str, Any]:
    changes, versions, head = 0, 0, None
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows(f"WITH {changes_in_sql(VERSION)} ORDER BY c.id"):
            one = line(*row)
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
            changes, versions, head = changes + 1, versions + len(one["versions"]), f"{one['change']}:{one['seal']}"
    return {
        "study": protocol.STUDY_NAME, "program": PROGRAM, "validation": validation_state()[1], "changes": changes,
        "versions": versions, "head": head, "written_at": timezone.now().isoformat(timespec="seconds"),
    }  # fmt: skip


def line(number: int, header: str, previous: str | None, seal: str, black_out: int | None,
         versions: str) -> dict[str, Any]:  # fmt: skip
    """One Change as a trail holds it, from the columns of `changes_in_sql`."""
    one = {"change": number, "header": header, "previous_seal": previous, "seal": seal,
           "versions": json.loads(versions)}  # fmt: skip
    if black_out is not None:
        one["seal_kept"] = f"reason redacted by Change {black_out}"
    return one


def reconcile(changes: int, versions: int, up_to: int = EVERY) -> None:
    """Raises Refused where other counts are on record, up to a Change, than were written.

    A version without its Change would not be written.
    """
    with connection.cursor() as cursor:
        cursor.execute("""SELECT (SELECT count(*) FROM trial_change WHERE id <= %(up_to)s),
            (SELECT count(*) FROM trial_version WHERE change_id <= %(up_to)s)""", {"up_to": up_to})  # fmt: skip
        on_record = cursor.fetchone()
    if on_record != (changes, versions):
        raise Refused(f"{on_record[0]} Changes and {on_record[1]} versions are on record; {changes} and {versions} "
                      "were written.")  # fmt: skip
