"""Responses and times that admiralonco derived, beside those of the program; each difference with its explanation."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

TIMES = ("OS", "PFS", "TTP", "RSD")
IN_FRAME_DAYS, TWO_YEARS = 30, 731
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
        yield Difference(one.name, "response", theirs or "none", began or "none", _why_response(one))
    best = one.theirs["whole" if in_frame else "in frame", "CBOR"]["AVALC"]
    ours = one.ours["CBOR"]["AVALC"]
    if best != ours:
        yield Difference(one.name, "best", best, ours, _why_best(one, best, ours))


def _why_response(one: Subject) -> str:
    codes = [row["AVALC"] for row in sorted(one.overall, key=lambda row: row["ADT"])]
    if any(code == "PR" and "CR" in codes[:place] for place, code in enumerate(codes)):
        return "a PR after a CR: counts as PR here, breaks the confirmation there"
    return ""


def _why_best(one: Subject, theirs: str, ours: str) -> str:
    if ours.startswith(("EARLY DEATH", "UNKNOWN")) and theirs in ("NE", "MISSING", "ND"):
        return "EARLY DEATH and UNKNOWN are categories of RECIST 1.0; admiralonco has NE and MISSING"
    return _why_response(one)
