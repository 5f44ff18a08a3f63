"""Short words for each grade of the terms that matter to this agent and disease: ours, not the NCI's text. PURE.

`criteria.csv`: term, select (empty: every select of the term), grade, words. The numbers are those of CTCAE 3.0.
"""

import csv
from functools import lru_cache
from pathlib import Path

_PLACE = Path(__file__).with_name("criteria.csv")


@lru_cache(maxsize=1)
def _by_row() -> dict[tuple[str, str], dict[int, str]]:
    found: dict[tuple[str, str], dict[int, str]] = {}
    with _PLACE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["term"], row["select"]), {})[int(row["grade"])] = row["words"]
    return found


def described() -> frozenset[str]:
    """Codes of the terms that have words."""
    return frozenset(term for term, _ in _by_row())


def words_of(term: str, select: str = "") -> dict[int, str]:
    """Grade → words, those of the select where it has its own; empty for a term without words."""
    return _by_row().get((term, select)) or _by_row().get((term, ""), {})
