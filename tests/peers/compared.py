"""Responses and times that admiralonco derived, beside those of the program; each difference with its explanation."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

TIMES = ("OS", "PFS", "TTP", "RSD")
IN_FRAME_DAYS, TWO_YEARS, CONFIRMED_AFTER_DAYS = 30, 731, 28
PR_AFTER_CR = "a PR after a CR: counts as PR here, breaks the confirmation there"
Row = dict[str, Any]


class Difference(NamedTuple):
    """One answer that is not the same, and why; empty: nobody knows."""

    subject: str
    what: str
    theirs: str
    ours: str
    why: str


class Subject(NamedTuple):
    """What both say of one participant, by parameter, and the responses that both started from."""

    name: str
    person: Row
    overall: list[Row]
    ours: dict[str, Row]
    theirs: dict[tuple[str, str], Row]

    @property
    def until(self) -> str:
        """The last day on which a response may be first seen; empty: none, since no dose was taken."""
        if not self.person["TRTEDT"]:
            return ""
        return min(_later(self.person["TRTEDT"], IN_FRAME_DAYS), _later(self.person["ENRLDT"], TWO_YEARS))


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat()


def subjects(folder: Path) -> list[Subject]:
    """Everybody of ADSL, from `adam/*.json` and `derived.csv`."""
    ours: dict[str, dict[str, Row]] = defaultdict(dict)
    overall, theirs = defaultdict(list), defaultdict(dict)
    for row in (*_rows(folder / "adam" / "adrs.json"), *_rows(folder / "adam" / "adtte.json")):
        if row["PARAMCD"] == "OVR":
            overall[row["USUBJID"]].append(row)
        else:
            ours[row["USUBJID"]][row["PARAMCD"]] = row
    with (folder / "derived.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            theirs[row["USUBJID"]][row["BY"], row["PARAMCD"]] = row
    return [Subject(row["USUBJID"], row, overall[row["USUBJID"]], ours[row["USUBJID"]], theirs[row["USUBJID"]])
            for row in _rows(folder / "adam" / "adsl.json")]  # fmt: skip


def _rows(path: Path) -> list[Row]:
    read = json.loads(path.read_text(encoding="utf-8"))
    return [dict(zip([each["name"] for each in read["columns"]], row, strict=True)) for row in read["rows"]]


def differences(one: Subject) -> Iterator[Difference]:
    """Of the confirmed response, its beginning, the best response, and each time."""
    yield from _response(one)
    for code in TIMES:
        theirs, ours = one.theirs.get(("times", code)), one.ours.get(code)
        if code == "RSD" and (theirs is None) != (ours is None):
            continue  # told by the response already
        told = (theirs["STARTDT"], theirs["ADT"], theirs["CNSR"] == "0") if theirs else None
        mine = (ours["STARTDT"], ours["ADT"], ours["CNSR"] == 0) if ours else None
        if told != mine:
            yield Difference(one.name, code, str(told), str(mine), "")


def _response(one: Subject) -> Iterator[Difference]:
    whole = one.theirs["whole", "CRSP"]
    in_frame = whole["AVALC"] == "Y" and whole["ADT"] <= one.until
    began = one.person["CONFRSDT"] or ""
    theirs = whole["ADT"] if in_frame else ""
    if theirs != began:
        yield Difference(one.name, "response", theirs or "none", began or "none", _why_response(one, theirs, began))
    best = one.theirs["whole" if in_frame else "in frame", "CBOR"]["AVALC"]
    ours = one.ours["CBOR"]["AVALC"]
    if best != ours:
        yield Difference(one.name, "best", best, ours, _why_best(one, best, ours))


def _why_response(one: Subject, theirs: str, began: str) -> str:
    """Explained only where both days come out of one rule with the PR after a CR read in the two ways."""
    if theirs != began and (_began(one, is_broken=True), _began(one, is_broken=False)) == (theirs, began):
        return PR_AFTER_CR
    return ""


def _began(one: Subject, is_broken: bool) -> str:
    """First day of a response that is seen again in time; empty: none. is_broken: whether a PR after a CR breaks it."""
    rows = [row for row in sorted(one.overall, key=lambda row: row["ADT"])
            if not one.person["NEWTXDT"] or row["ADT"] < one.person["NEWTXDT"]]  # fmt: skip
    rows = list(takewhile(lambda row: row["AVALC"] != "PD", rows))
    pairs = (rows[first : second + 1] for first in range(len(rows)) for second in range(first + 1, len(rows)))
    found = next((pair[0]["ADT"] for pair in pairs if _confirms(pair, is_broken)), "")
    return found if found <= one.until else ""


def _confirms(rows: list[Row], is_broken: bool) -> bool:
    codes = [row["AVALC"] for row in rows]
    after = codes[codes.index("CR") :] if "CR" in codes else []
    return (
        {codes[0], codes[-1]} <= {"CR", "PR"} and {*codes} <= {"CR", "PR", "NE"} and codes.count("NE") <= 1
        and rows[-1]["ADT"] >= _later(rows[0]["ADT"], CONFIRMED_AFTER_DAYS) and not (is_broken and "PR" in after)
    )  # fmt: skip


def _why_best(one: Subject, theirs: str, ours: str) -> str:
    if ours.startswith(("EARLY DEATH", "UNKNOWN")) and theirs in ("NE", "MISSING", "ND"):
        return "EARLY DEATH and UNKNOWN are categories of RECIST 1.0; admiralonco has NE and MISSING"
    lost = not _began(one, is_broken=True) and _began(one, is_broken=False)
    return PR_AFTER_CR if lost and ours == "PR" and theirs in ("SD", "NE") else ""
