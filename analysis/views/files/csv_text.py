"""Numbers of a page of results as the text of a CSV file. PURE."""

import csv
from collections.abc import Mapping, Sequence
from enum import Enum
from io import StringIO

from analysis.charts.axis import finite

# What makes a spreadsheet take text for a formula; tab and line breaks are skipped by some before they look.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def chart_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Header and rows by RFC 4180: commas, quotes where needed, CRLF. Missing and None are empty, never 0.

    Columns are in order of first appearance. Text that a spreadsheet would run begins with an apostrophe; numbers
    are left alone, negative ones too. No rows: no text. Raises ValueError for infinity and NaN.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if not columns:
        return ""
    page = StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in columns])
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return page.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    if value is None:
        return ""
    if isinstance(value, float):
        finite(value, "CSV")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(DANGEROUS) else text
