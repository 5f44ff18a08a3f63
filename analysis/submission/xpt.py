"""SAS transport files, version 5, written row by row: records of 80 bytes, IBM floating point, ASCII.

The layout is that of the SAS technical note TS-140. What does not fit is refused, never cut. A file has no number of
rows, so that no row may be blank as a whole: the study stands in each.
"""

import math
import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from analysis.submission.first_pass import Written
from trial.refused import Refused
from trial.tabulation import texts
from trial.tabulation.declarations import DAY, LABEL_BYTES, NAME_LETTERS, TEXT_BYTES, Variable

RECORD = 80
MISSING = b".\0\0\0\0\0\0\0"
DAY_0 = date(1960, 1, 1)
SYSTEM = b"SAS     SAS     SASLIB  9.4     ENDPOINT" + b" " * 24
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def write(written: Written, path: Path, at: datetime) -> None:
    """Writes a data set. at: the instant that the file says it was made. Raises Refused in words."""
    variables = written.variables
    lengths = [8 if each.is_number else max(1, written.seen[each.name].longest) for each in variables]
    for variable, length in zip(variables, lengths, strict=True):
        _stop_unfit(written.data_set.name, variable, length)
    with path.open("wb") as file:
        _headers(file, written, variables, lengths, _instant(at))
        size, names = 0, [each.name for each in variables]
        subject = names.index("USUBJID") if "USUBJID" in names else None
        columns = [(each, length, not each.is_number) for each, length in zip(variables, lengths, strict=True)]
        for row in written.values():
            file.write(b"".join([
                # Nearly all values are such texts: a call for each would take longer than all else.
                value.encode().ljust(length) if is_text and value and value.isascii() and value.isprintable()
                else _cell(variable, length, value, "" if subject is None else row[subject])
                for (variable, length, is_text), value in zip(columns, row, strict=True)
            ]))  # fmt: skip
            size += sum(lengths)
        file.write(b" " * (-size % RECORD))


def _stop_unfit(name: str, variable: Variable, length: int) -> None:
    label = variable.label.encode()
    if not (0 < len(variable.name) <= NAME_LETTERS and variable.name.isascii() and variable.name.isupper()):
        raise Refused(f"{name}: “{variable.name}” is no name of a variable.")
    if len(label) > LABEL_BYTES or not label.isascii():
        raise Refused(f"{name}.{variable.name}: the label “{variable.label}” has more than {LABEL_BYTES} bytes or is "
                      "not ASCII.")  # fmt: skip
    if not variable.is_number and length > TEXT_BYTES:
        raise Refused(f"{name}.{variable.name}: a text has {length} bytes and the format takes {TEXT_BYTES}.")


def _instant(at: datetime) -> bytes:
    utc = at.astimezone(UTC)
    return f"{utc.day:02d}{MONTHS[utc.month - 1]}{utc:%y:%H:%M:%S}".encode()


def _header(kind: str, numbers: str = "0" * 30) -> bytes:
    return f"HEADER RECORD*******{kind:8}HEADER RECORD!!!!!!!{numbers}  ".encode()


def _headers(
    file: BinaryIO, written: Written, variables: Sequence[Variable], lengths: Sequence[int], at: bytes
) -> None:
    name, label = written.data_set.name.encode(), written.data_set.label.encode()
    if len(label) > LABEL_BYTES or not label.isascii() or len(name) > NAME_LETTERS:
        raise Refused(f"{name.decode()}: name or label do not fit into the format.")
    file.write(_header("LIBRARY") + SYSTEM + at + at.ljust(RECORD))
    file.write(_header("MEMBER", "000000000000000001600000000140"))
    file.write(_header("DSCRPTR"))
    file.write(b"SAS     " + name.ljust(8) + b"SASDATA 9.4     ENDPOINT" + b" " * 24 + at)
    file.write(at + b" " * 16 + label.ljust(LABEL_BYTES) + b" " * 8)
    file.write(_header("NAMESTR", f"000000{len(variables):04d}" + "0" * 20))
    described, start = b"", 0
    for number, (variable, length) in enumerate(zip(variables, lengths, strict=True), start=1):
        described += _described(variable, number, length, start)
        start += length
    file.write(described + b" " * (-len(described) % RECORD) + _header("OBS"))


def _described(variable: Variable, number: int, length: int, start: int) -> bytes:
    """The 140 bytes that describe a variable; a day has the format DATE9."""
    name, label = variable.name.encode().ljust(8), variable.label.encode().ljust(LABEL_BYTES)
    head = struct.pack(">hhhh", 1 if variable.is_number else 2, 0, length, number)
    shown, width = (b"DATE", 9) if variable.kind is DAY else (b"", 0)
    formats = shown.ljust(8) + struct.pack(">hhh", width, 0, 0) + b"\0\0" + b" " * 8 + struct.pack(">hh", 0, 0)
    return head + name + label + formats + struct.pack(">l", start) + b"\0" * 52


def _cell(variable: Variable, length: int, value: Any, who: str) -> bytes:
    if variable.kind is DAY and value is not None:
        return ibm((date.fromisoformat(value) - DAY_0).days)
    if variable.is_number:
        return ibm(value)
    if value is None:
        return b" " * length
    try:
        return texts.in_ascii(texts.one_line(value)).encode().ljust(length)
    except Refused as refusal:
        of = f" of {who}" if who else ""
        raise Refused(f"{variable.name}{of}: {refusal} Choose Dataset-JSON, or correct the entry.") from None


@lru_cache(maxsize=4096)
def ibm(value: Decimal | float | int | None) -> bytes:
    """A number as IBM floating point of 8 bytes: 7 bits of exponent to 16, 56 of fraction; None is missing.

    Raises Refused for what the format cannot hold.
    """
    if value is None:
        return MISSING
    number = float(value)
    if number == 0:
        return b"\0" * 8
    fraction, exponent = math.frexp(abs(number)) if math.isfinite(number) else (0.0, 0)
    power = -(-exponent // 4)
    if not math.isfinite(number) or not -64 <= power <= 63:
        raise Refused(f"The number {value} is out of the range of the format.")
    digits = int(math.ldexp(fraction, 56 - (4 * power - exponent)))
    return struct.pack(">Q", (number < 0) << 63 | (power + 64) << 56 | digits)
