"""What the analysis data sets share: variables copied from SDTM, days as numbers, the row behind a result. PURE."""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from trial.tabulation import terms
from trial.tabulation.declarations import (
    DAY,
    DECIMAL,
    INTEGER,
    NAME_LETTERS,
    TEXT,
    Core,
    DataSet,
    Kind,
    Origin,
    Values,
    Variable,
)
from trial.tabulation.identity import Row
from trial.tabulation.sdtm.demographics import DM
from trial.tabulation.sdtm.disposition import DD
from trial.tabulation.sdtm.laboratory import HORMONES
from trial.tabulation.sdtm.response import CONTACT
from trial.tabulation.subject import Subject

INDICATOR = "Indicator"
# Number of the overall response among the computed rows of an assessment, in RS.
OVERALL = 4
MOST_PARTS = 5


def copied(data_set: DataSet, name: str, as_name: str = "", label: str = "", kind: Kind | None = None) -> Variable:
    """A variable of the one row that a subject has in a data set of SDTM."""
    of = next(each for each in data_set.variables if each.name == name)

    def value(subject: Subject, row: Values) -> Any:
        made = data_set.made(subject)
        return of.value(subject, made[0]) if made else None

    core = of.core if of.core == Core.REQUIRED else Core.EXPECTED
    return Variable(as_name or name, label or of.label, of.role, core, Origin.PREDECESSOR, kind or of.kind, of.codes,
                    method=f"{data_set.name}.{name}", of=value)  # fmt: skip


def taken(data_set: DataSet, name: str, as_name: str = "", label: str = "", core: Core = Core.EXPECTED) -> Variable:
    """A variable of the row of SDTM from which a row is made; the row carries it by name."""
    of = next(each for each in data_set.variables if each.name == name)
    return Variable(as_name or name, label or of.label, of.role, core, Origin.PREDECESSOR, of.kind, of.codes,
                    method=f"{data_set.name}.{name}", of=of.value)  # fmt: skip


def day(name: str, label: str, method: str) -> Variable:
    """A complete day; a number in transport files."""
    return Variable(name, label, "Timing", Core.EXPECTED, Origin.DERIVED, DAY, method=method)


def yes_no(name: str, label: str, method: str) -> Variable:
    """Y or N."""
    return Variable(name, label, INDICATOR, Core.EXPECTED, Origin.DERIVED, codes=terms.YES_NO, method=method)


STUDYID, USUBJID = (copied(DM, name) for name in ("STUDYID", "USUBJID"))
CAUSE = copied(DD, "DDSTRESC", "DTHCAUS", "Cause of Death")
PARAMETER = (
    Variable("PARAM", "Parameter", "Parameter", Core.REQUIRED, Origin.DERIVED,
             method="The name of what the row holds."),
    Variable("PARAMCD", "Parameter Code", "Parameter", Core.REQUIRED, Origin.DERIVED, method="The code of PARAM."),
)
VISIT = (
    Variable("AVISIT", "Analysis Visit", "Timing", Core.EXPECTED, Origin.DERIVED, method="VISIT of the row behind it."),
    Variable("AVISITN", "Analysis Visit (N)", "Timing", Core.EXPECTED, Origin.DERIVED, DECIMAL,
             method="VISITNUM of the row behind it."),
)  # fmt: skip
STUDY_DAY = Variable("ADY", "Analysis Relative Day", "Timing", Core.EXPECTED, Origin.DERIVED, INTEGER,
                     of=lambda subject, row: subject.day(row.get("ADT")),
                     method="ADT minus the first dose, plus 1 on and after it.")  # fmt: skip
BASELINE = Variable("ABLFL", "Baseline Record Flag", INDICATOR, Core.EXPECTED, Origin.DERIVED, codes=terms.YES_NO,
                    method="Y of the row that BASE is taken from.")  # fmt: skip
SOURCE = (
    Variable("SRCDOM", "Source Data", "Traceability", Core.EXPECTED, Origin.DERIVED,
             method="The data set of the row behind it."),
    Variable("SRCVAR", "Source Variable", "Traceability", Core.EXPECTED, Origin.DERIVED,
             method="The variable of that row."),
    Variable("SRCSEQ", "Source Sequence Number", "Traceability", Core.EXPECTED, Origin.DERIVED, Kind.INTEGER,
             method="The sequence number of that row; DM has none."),
)  # fmt: skip


def source(subject: Subject, entry: str, on: str | None) -> Values:
    """The row of SDTM that is of the entry named by a result (`assessment/12`) and has its day; else nothing."""
    table, _, number = entry.partition("/")
    row = subject.by_id(table).get(int(number)) if number.isdigit() and table in BEHIND else None
    for name, variable, day_of, key in BEHIND[table](subject, row) if row is not None else ():
        if day_of == on or table == "death":
            return {"SRCDOM": name, "SRCVAR": variable, "SRCSEQ": key.get("seq")}
    return {}


Behind = tuple[str, str, str | None, Values]


def _of_assessment(subject: Subject, row: Row) -> Iterator[Behind]:
    """Its computed response, or the reading that was scanned on the day."""
    for found in (subject.outcome or {}).get("assessments", ()):
        if found["id"] == row["id"]:
            yield "RS", "RSDTC", found["on"], subject.key("assessment", row, 0, 10, OVERALL)
    for reading in subject.rows("lesion_reading"):
        if reading["assessment_id"] == row["id"]:
            on = reading["scanned_on"] or row["assessed_on"]
            yield "TR", "TRDTC", on, subject.key("lesion_reading", reading)


def _of_contact(subject: Subject, row: Row) -> Iterator[Behind]:
    """The contact itself, or what it reports of the disease."""
    yield "SS", "SSDTC", row["contacted_on"], subject.key("follow_up", row)
    test = 2 if row["progression"] == "clinical" else 1
    for on in filter(None, (row["progressed_on"], row["disease_assessed_on"])):
        yield "RS", "RSDTC", on, subject.key("follow_up", row, CONTACT, 10, test)


# Table of the entry behind a result → the rows of SDTM that it gives, each with its day.
BEHIND: dict[str, Callable[[Subject, Row], Iterable[Behind]]] = {
    "assessment": _of_assessment,
    "follow_up": _of_contact,
    "death": lambda subject, row: [("DM", "DTHDTC", row["died_on"], {})],
    "hormone": lambda subject, row: [("LB", "LBDTC", row["sampled_on"], subject.key("hormone", row, HORMONES))],
    "adverse_event": lambda subject, row: [("AE", "AESTDTC", row["onset_on"], subject.key("adverse_event", row))],
}


def number(name: str, label: str, method: str) -> Variable:
    """An exact number."""
    return Variable(name, label, "Value", Core.EXPECTED, Origin.DERIVED, DECIMAL, method=method)


def text(name: str, label: str, method: str, core: Core = Core.EXPECTED) -> Variable:
    """A text of the results."""
    return Variable(name, label, "Value", core, Origin.DERIVED, TEXT, method=method)


def in_parts(variable: Variable) -> tuple[Variable, ...]:
    """A variable of words, and those in which they go on, since a text has at most 200 bytes; left out where empty."""
    stem = variable.name[: NAME_LETTERS - 1]
    return variable, *(
        Variable(f"{stem}{number}", f"{variable.label[:36]} {number}", variable.role, Core.PERMISSIBLE, Origin.DERIVED,
                 method=f"{variable.name}, going on: its part {number + 1}.", continues=variable.name)
        for number in range(1, MOST_PARTS)
    )  # fmt: skip


def visit(row: Values) -> Values:
    """AVISIT and AVISITN of a row of SDTM."""
    return {"AVISIT": row.get("VISIT"), "AVISITN": row.get("VISITNUM")}


def entry_of(row: Values) -> int:
    """The id of the entry that a row of SDTM is made from."""
    return int(row["spid"].partition("/")[2])


Rows = Callable[[Subject, dict[str, Any]], Iterable[Values]]


def of_registered(rows: Rows) -> Callable[[Subject], Iterable[Values]]:
    """The rows made of a registered subject and the stored outcome, each with the flags by which rows are chosen."""

    @wraps(rows)
    def made(subject: Subject) -> Iterable[Values]:
        outcome = dict(subject.outcome or {})
        if outcome:
            population = {"TUMGRP": outcome["group"], "ENRLFL": not outcome["in_error"],
                          "ELIGFL": outcome["eligible"], "SAFFL": outcome["treated"],
                          "RSPEVLFL": outcome["evaluable"]}  # fmt: skip
            yield from ({**population, **row} for row in rows(subject, outcome))

    return made


POPULATION = (
    Variable("TUMGRP", "Analysis Group", "Population", Core.EXPECTED, Origin.DERIVED,
             method="By tumor type, and by histology where the tumor type does not decide."),
    yes_no("ENRLFL", "Enrolled Population Flag", "Y of everyone registered, N where registered in error."),
    yes_no("ELIGFL", "Eligible Population Flag", "Y of those who met the criteria and were not found ineligible."),
    yes_no("SAFFL", "Safety Population Flag", "Y once a dose was taken."),
    yes_no("RSPEVLFL", "Response Evaluable Population Flag", "Y of those eligible, consented and treated."),
)  # fmt: skip
OF_SUBJECT = (STUDYID, USUBJID, *POPULATION)
