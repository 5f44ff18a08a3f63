"""An XLSX workbook written row by row: words stay words, numbers are numbers, dates are the text of the record."""

import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from capture.exchange import cells
from trial.refused import Refused

ROWS_IN_A_SHEET = 1_048_575  # below the header; the format ends there
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
WORDS_IN_A_CELL = 32_767


class Workbook:
    """Sheets one after the other; a data set longer than a sheet goes on in `name 2`."""

    def __init__(self) -> None:
        # Loaded here: the pages of the record never need it.
        from openpyxl import Workbook as Written

        self._book, self._saved = Written(write_only=True), False

    def __enter__(self) -> "Workbook":
        return self

    def __exit__(self, *_: Any) -> None:
        """The sheets of a workbook that was not saved wait in temporary files: they go with it."""
        for sheet in self._book.worksheets:
            if not self._saved and sheet._writer is not None:
                sheet.close()
                sheet._writer.cleanup()

    def write(self, name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> int:
        """Writes a data set; returns the number of its rows."""
        header, count, sheet = list(header), 0, None
        for row in rows:
            if sheet is None or count % ROWS_IN_A_SHEET == 0:
                sheet = self._sheet(name, 1 + count // ROWS_IN_A_SHEET, header)
            sheet.append([self._cell(sheet, value) for value in row])
            count += 1
        if sheet is None:
            self._sheet(name, 1, header)
        return count

    def save(self, path: Path) -> None:
        self._book.save(path)
        self._saved = True

    def _sheet(self, name: str, number: int, header: list[str]) -> Any:
        sheet = self._book.create_sheet(name if number == 1 else f"{name} {number}")
        sheet.freeze_panes = "A2"
        sheet.append(header)
        return sheet

    def _cell(self, sheet: Any, value: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell

        if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
            return value
        cell = WriteOnlyCell(sheet, "")
        # Set as words whatever they look like: “=1+1” and “#N/A” are words here.
        cell._value, cell.data_type = _writable(cells.text(value)), "s"
        return cell


def _writable(words: str) -> str:
    """XML holds no control characters; the format writes them as `_x000B_`."""
    written = _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", words)
    if len(written) > WORDS_IN_A_CELL:
        raise Refused(f"The files could not be written: an entry of {len(words)} letters does not fit into a cell; "
                      "export CSV instead.")  # fmt: skip
    return written
