"""Dataset-JSON 1.1, and the same as lines (NDJSON), written row by row.

Decimals are text, so that no digit is lost; whole numbers are numbers by their declaration, never by what the data
happen to be; what is missing is null, whatever its type.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from analysis.submission.first_pass import Written
from trial import protocol
from trial.rules.typed_text import plain
from trial.runtime.program import PROGRAM
from trial.tabulation.declarations import DAY, DECIMAL, INTEGER, Variable

VERSION = "1.1.0"


def write(written: Written, folder: Path, at: datetime, standard: str = "SDTM") -> None:
    """Writes `name.json` and `name.ndjson`. at: the instant of the moment that the data are of."""
    name, head = written.data_set.name.lower(), _head(written, at, standard)
    with (folder / f"{name}.json").open("w", encoding="utf-8") as whole, \
            (folder / f"{name}.ndjson").open("w", encoding="utf-8") as lines:  # fmt: skip
        lines.write(_text(head) + "\n")
        whole.write(_text(head)[:-1] + ',"rows":[')
        for number, row in enumerate(written.values()):
            text = _text(row)
            lines.write(text + "\n")
            whole.write(("," if number else "") + "\n" + text)
        whole.write("\n]}\n")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_decimal)


def _decimal(value: Any) -> str:
    assert isinstance(value, Decimal)
    return plain(value)


def _head(written: Written, at: datetime, standard: str) -> Mapping[str, Any]:
    """The attributes in the order of the specification."""
    instant, name = at.astimezone(UTC).isoformat(timespec="seconds"), written.data_set.name
    program, version = PROGRAM.split(" ", 1) if " " in PROGRAM else (PROGRAM, "")
    return {
        "datasetJSONCreationDateTime": instant,
        "datasetJSONVersion": VERSION,
        "fileOID": f"{protocol.NUMBER_PREFIX}.{name}",
        "dbLastModifiedDateTime": instant,
        "originator": program,
        "sourceSystem": {"name": program, "version": version or "0"},
        "studyOID": protocol.NUMBER_PREFIX,
        "metaDataVersionOID": f"MDV.{protocol.NUMBER_PREFIX}.{standard}",
        "itemGroupOID": f"IG.{name}",
        "records": written.rows,
        "name": name,
        "label": written.data_set.label,
        "columns": [_column(written, variable) for variable in written.variables],
    }


def _column(written: Written, variable: Variable) -> Mapping[str, Any]:
    keys, name = written.data_set.keys, written.data_set.name
    typed: dict[str, Any] = {"dataType": "string"}
    if variable.kind is INTEGER:
        typed = {"dataType": "integer"}
    elif variable.kind is DECIMAL:
        typed = {"dataType": "decimal", "targetDataType": "decimal"}
    elif variable.kind is DAY:
        typed = {"dataType": "date", "targetDataType": "integer", "displayFormat": "E8601DA."}
    length = {} if variable.is_number else {"length": max(1, written.seen[variable.name].longest)}
    key = {"keySequence": keys.index(variable.name) + 1} if variable.name in keys else {}
    return {"itemOID": f"IT.{name}.{variable.name}", "name": variable.name, "label": variable.label, **typed, **length,
            **key}  # fmt: skip
