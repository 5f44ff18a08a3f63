"""The toxicity dictionary, CTCAE version 3.0: categories, terms, selects and the grades that each term has. PURE.

Terms and grades are those of the NCI's electronic list of 10 May 2006 (the printed document is dated 9 August 2006):
28 categories, 371 terms, 1059 reportable rows of a term with its select. The NCI's grade texts and MedDRA codes are not
shipped. `terms.csv`: category, code, term (its full name), short_name (its name in lists, ours), grades, printed_as
(the name in the NCI's list where `term` mends its spacing or its signs).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

EDITION = "CTCAE 3.0"
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Select:
    """One choice below a term, such as the site of a pain."""

    code: str
    words: str
    grades: tuple[int, ...]


@dataclass(frozen=True)
class Term:
    """One term of the dictionary; a term with selects is reported with one of them."""

    code: str
    category: str
    name: str
    short_name: str
    grades: tuple[int, ...]
    selects: tuple[Select, ...] = ()
    printed_as: str = ""


@dataclass(frozen=True)
class Match:
    """One reportable row found by a search: a term, and its select where it has selects."""

    term: Term
    select: Select | None

    @property
    def words(self) -> str:
        """As the list of matches shows it."""
        return self.term.short_name if self.select is None else f"{self.term.short_name}: {self.select.words}"

    @property
    def grades(self) -> tuple[int, ...]:
        """The grades that exist for the row."""
        return self.term.grades if self.select is None else self.select.grades


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _grades(digits: str) -> tuple[int, ...]:
    return tuple(int(digit) for digit in digits)


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Term]:
    selects: dict[str, list[Select]] = {}
    grades = {row["code"]: row["grades"] for row in _rows("terms.csv")}
    for row in _rows("selects.csv"):
        made = Select(row["code"], row["words"], _grades(row["grades"] or grades[row["term"]]))
        selects.setdefault(row["term"], []).append(made)
    return {
        row["code"]: Term(row["code"], row["category"], row["term"], row["short_name"], _grades(row["grades"]),
                          tuple(selects.get(row["code"], ())), row["printed_as"] or row["term"])
        for row in _rows("terms.csv")
    }  # fmt: skip


def terms() -> tuple[Term, ...]:
    """All terms in the order of the dictionary."""
    return tuple(_by_code().values())


def term(code: str) -> Term:
    """The term of this code; KeyError in words when there is none."""
    try:
        return _by_code()[code]
    except KeyError:
        raise KeyError(f"{code!r} is no term of {EDITION}.") from None


def category_of(code: str) -> str:
    """The category of a term."""
    return term(code).category


def grades_of(code: str, select: str = "") -> tuple[int, ...]:
    """The grades that exist for a term, and for its select where that differs; KeyError for an unknown one."""
    found = term(code)
    if not select:
        return found.grades
    for each in found.selects:
        if each.code == select:
            return each.grades
    raise KeyError(f"{select!r} is no select of {found.short_name}.")


def is_other(code: str) -> bool:
    """Whether the term is an “Other (Specify)” that needs words of its own."""
    return "Other (Specify" in term(code).name


def reportable() -> tuple[Match, ...]:
    """Every row that can be reported: a term without selects, or a term with each of its selects."""
    return tuple(Match(each, select) for each in terms() for select in (each.selects or (None,)))
