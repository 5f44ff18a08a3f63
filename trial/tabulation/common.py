"""Variables that many data sets have, each declared once. PURE."""

from trial import protocol
from trial.tabulation import terms
from trial.tabulation.declarations import DATE, DECIMAL, INTEGER, Codes, Core, Origin, Qualifier, Role, Values, Variable

STUDYID = Variable("STUDYID", "Study Identifier", Role.IDENTIFIER, Core.REQUIRED, Origin.ASSIGNED,
                   of=lambda subject, row: protocol.STUDY_SHORT_NAME)  # fmt: skip
USUBJID = Variable(
    "USUBJID", "Unique Subject Identifier", Role.IDENTIFIER, Core.REQUIRED, Origin.DERIVED,
    of=lambda subject, row: subject.usubjid,
    method="Study, code of the site of the screening, and study number (screening number before registration).",
)  # fmt: skip
VISITNUM = Variable(
    "VISITNUM", "Visit Number", Role.TIMING, Core.EXPECTED, Origin.DERIVED, DECIMAL,
    method="Number of the planned visit; of an unscheduled one that of the visit before plus 0.001 for each.",
)  # fmt: skip
REFERENCE_POINT = ("The day as of which the data were read; an earlier day of death, end of study or screen failure, "
                   "unless it began afterwards.")  # fmt: skip
VISIT = Variable("VISIT", "Visit Name", Role.TIMING, Core.PERMISSIBLE, Origin.DERIVED,
                 method="Name of the planned visit in TV.")


def domain(name: str) -> Variable:
    """DOMAIN: the data set's own name."""
    return Variable("DOMAIN", "Domain Abbreviation", Role.IDENTIFIER, Core.REQUIRED, Origin.ASSIGNED,
                    codes=terms.DOMAIN,
                    of=lambda subject, row: name)  # fmt: skip


def sequence(prefix: str) -> Variable:
    """--SEQ."""
    return Variable(
        f"{prefix}SEQ", "Sequence Number", Role.IDENTIFIER, Core.REQUIRED, Origin.DERIVED, INTEGER,
        of=lambda subject, row: row["seq"],
        method="Rank of the entry among all entries that the subject ever had of its form, struck-out ones counted: "
        "it never changes.",
    )  # fmt: skip


def sponsor_id(prefix: str) -> Variable:
    """--SPID: the entry."""
    return Variable(f"{prefix}SPID", "Sponsor-Defined Identifier", Role.IDENTIFIER, Core.PERMISSIBLE, Origin.ASSIGNED,
                    of=lambda subject, row: row.get("spid"))  # fmt: skip


def identified(name: str, *grouped: Variable) -> tuple[Variable, ...]:
    """What the variables of a data set of entries begin with; grouped: --GRPID, where it has one."""
    return STUDYID, domain(name), USUBJID, sequence(name), *grouped, sponsor_id(name)


def dated(name: str, label: str, *asked: str, core: Core = Core.EXPECTED) -> Variable:
    """A date as entered, complete or partial."""
    return Variable(name, label, Role.TIMING, core, Origin.COLLECTED, DATE, asked=asked)


def study_day(name: str, label: str, of: str, core: Core = Core.PERMISSIBLE) -> Variable:
    """--DY of the date variable `of`."""
    return Variable(
        name, label, Role.TIMING, core, Origin.DERIVED, INTEGER, of=lambda subject, row: subject.day(row.get(of)),
        method=f"{of} minus RFSTDTC, plus 1 on and after RFSTDTC; of complete dates only.",
    )  # fmt: skip


def epoch(of: str, core: Core = Core.PERMISSIBLE) -> Variable:
    """EPOCH of the date variable `of`."""
    return Variable(
        "EPOCH", "Epoch", Role.TIMING, core, Origin.DERIVED, codes=terms.EPOCH,
        of=lambda subject, row: row.get("EPOCH") or subject.epoch(row.get(of)),
        method=f"Epoch of the newest element of SE that began by {of}; empty for a partial date that may lie in two.",
    )  # fmt: skip


def interval(prefix: str, what: str, started: tuple[str, ...] = (), ended: tuple[str, ...] = (),
             core: Core = Core.EXPECTED, core_of_end: Core = Core.EXPECTED) -> tuple[Variable, ...]:  # fmt: skip
    """EPOCH, first and last day of what an entry tells, and their study days. started, ended: the fields asked."""
    start, end = f"{prefix}STDTC", f"{prefix}ENDTC"
    return (
        epoch(start),
        dated(start, f"Start Date/Time of {what}", *started, core=core),
        dated(end, f"End Date/Time of {what}", *ended, core=core_of_end),
        study_day(f"{prefix}STDY", f"Study Day of Start of {what}", start),
        study_day(f"{prefix}ENDY", f"Study Day of End of {what}", end),
    )


def at_visit(prefix: str, label: str, label_of_day: str, *asked: str) -> tuple[Variable, ...]:
    """The visit, epoch and day of a finding."""
    on = f"{prefix}DTC"
    return VISITNUM, VISIT, epoch(on), dated(on, label, *asked), study_day(f"{prefix}DY", label_of_day, on)


def test(prefix: str, label: str, name_label: str, codes: Codes | None, names: Codes | None) -> tuple[Variable, ...]:
    """--TESTCD and --TEST."""
    return (
        Variable(f"{prefix}TESTCD", label, Role.TOPIC, Core.REQUIRED, Origin.ASSIGNED, codes=codes),
        Variable(f"{prefix}TEST", name_label, Role.SYNONYM, Core.REQUIRED, Origin.ASSIGNED, codes=names),
    )


def not_done(prefix: str, *asked: str, label: str = "Reason Not Done") -> tuple[Variable, ...]:
    """--STAT and --REASND; a row says why there is no value by --REASND alone."""
    reason = f"{prefix}REASND"
    return (
        Variable(f"{prefix}STAT", "Completion Status", Role.RECORD, Core.PERMISSIBLE, Origin.DERIVED,
                 codes=terms.NOT_DONE,
                 of=lambda subject, row: "NOT DONE" if row.get(reason) else None,
                 method=f"NOT DONE where {reason} says why; not where the value is only pending or unknown."),
        Variable(reason, label, Role.RECORD, Core.PERMISSIBLE, asked=asked,
                 of=lambda subject, row: terms.MISSING.pairs.get(row.get(reason), row.get(reason))),
    )  # fmt: skip


NO_RESULT = Qualifier("NORESULT", "Reason No Result is Known", codes=terms.MISSING)


def no_value(prefix: str, reason: str | None) -> Values:
    """Why a row has no value: --REASND where it was not done, else NO_RESULT, since it may have been."""
    return {NO_RESULT.name if reason in terms.MAY_BE_DONE else f"{prefix}REASND": reason}


def last_before_exposure(prefix: str) -> Variable:
    """--LOBXFL; the row says so by name."""
    return Variable(
        f"{prefix}LOBXFL", "Last Observation Before Exposure Flag", Role.RECORD, Core.EXPECTED, Origin.DERIVED,
        codes=terms.YES_NO,
        method="Y of the last result of the test that is not missing, on or before the day of the first dose.",
    )  # fmt: skip


def evaluator(prefix: str) -> Variable:
    """--EVAL."""
    core = Core.EXPECTED if prefix in ("TU", "TR") else Core.PERMISSIBLE
    return Variable(f"{prefix}EVAL", "Evaluator", Role.RECORD, core, Origin.ASSIGNED, codes=terms.EVALUATOR)


def unit(name: str, label: str, core: Core = Core.EXPECTED, codes: Codes | None = terms.UNIT, *asked: str) -> Variable:
    """A unit."""
    return Variable(name, label, Role.VARIABLE, core, Origin.ASSIGNED, codes=codes, asked=asked)


def flag_last(subject: object, rows: list[Values], prefix: str, *same: str) -> list[Values]:
    """Marks the last row with a result before the first dose, for each test and what else tells results apart."""
    last: dict[tuple[object, ...], Values] = {}
    for row in sorted(rows, key=lambda each: (each.get(f"{prefix}DTC") or "", each["seq"])):
        has_result = row.get(f"{prefix}ORRES") is not None
        if has_result and subject.is_before_treatment(row.get(f"{prefix}DTC")):  # type: ignore[attr-defined]
            last[tuple(row.get(name) for name in (f"{prefix}TESTCD", *same))] = row
    for row in last.values():
        row[f"{prefix}LOBXFL"] = "Y"
    return rows
