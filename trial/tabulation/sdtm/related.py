"""SUPP--: what an entry says beside the variables of its class, and text that is too long for one. PURE."""

from collections.abc import Iterable
from typing import Any

from trial.tabulation import common, terms, texts
from trial.tabulation.declarations import NAME_LETTERS, Core, DataSet, Origin, Qualifier, Role, Values, Variable


def supplement(of: DataSet) -> DataSet:
    """The supplemental qualifiers of a data set."""
    names = {each.name for each in of.variables}
    identifier = f"{of.name}SEQ" if f"{of.name}SEQ" in names else "VISITNUM" if of.name == "SV" else ""

    def rows(subject: Any) -> Iterable[Values]:
        def of_row(row: Values) -> Values:
            return {"RDOMAIN": of.name, "IDVAR": identifier or None, "IDVARVAL": _value(row, identifier)}

        for row in of.made(subject) if of.qualifiers else ():
            shared = of_row(row)
            for qualifier in of.qualifiers:
                for name, label, value in _parts(qualifier, qualifier.value(row)):
                    yield {**shared, "QNAM": name, "QLABEL": label, "QVAL": value, "QORIG": qualifier.origin.value,
                           "QEVAL": None}  # fmt: skip
        for row, variable, rest in of.overflow(subject):
            for number, part in enumerate(rest, start=1):
                yield {**of_row(row), "QNAM": _name(variable.name, number), "QLABEL": _label(variable.label, number),
                       "QVAL": part, "QORIG": variable.origin.value, "QEVAL": None}  # fmt: skip

    return DataSet(f"SUPP{of.name}", f"Supplemental Qualifiers for {of.name}", "RELATIONSHIP",
                   "One record per supplemental qualifier of a record", KEYS, rows, VARIABLES)  # fmt: skip


def _value(row: Values, identifier: str) -> str | None:
    if not identifier:
        return None
    return str(row["seq"] if identifier.endswith("SEQ") else row[identifier])


def _parts(qualifier: Qualifier, value: str | None) -> Iterable[tuple[str, str, str]]:
    """(name, label, text) of a qualifier; its text goes on under a further name where it is too long."""
    for number, part in enumerate(texts.split(value) if value else ()):
        yield _name(qualifier.name, number), _label(qualifier.label, number), part


def _name(name: str, number: int) -> str:
    return f"{name[: NAME_LETTERS - len(str(number))]}{number}" if number else name


def _label(label: str, number: int) -> str:
    return f"{label[:36]} {number}" if number else label


# (data set, linking variable, how many) of each pair of data sets that belong together.
LINKS = (
    ("L1", ("TU", "TULNKID", "ONE"), ("TR", "TRLNKID", "MANY")),
    ("L2", ("TR", "TRLNKGRP", "MANY"), ("RS", "RSLNKGRP", "ONE")),
    ("L3", ("TU", "TULNKID", "ONE"), ("PR", "PRLNKID", "MANY")),
)


def _links(_: Any) -> Iterable[Values]:
    for link, *sides in LINKS:
        for name, variable, many in sides:
            yield {"RDOMAIN": name, "IDVAR": variable, "RELTYPE": many, "RELID": link}


KEYS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
VARIABLES = (
    common.STUDYID,
    Variable("RDOMAIN", "Related Domain Abbreviation", Role.IDENTIFIER, Core.REQUIRED, Origin.ASSIGNED,
             codes=terms.DOMAIN),
    common.USUBJID,
    Variable("IDVAR", "Identifying Variable", Role.IDENTIFIER, Core.EXPECTED, Origin.ASSIGNED),
    Variable("IDVARVAL", "Identifying Variable Value", Role.IDENTIFIER, Core.EXPECTED, Origin.ASSIGNED),
    Variable("QNAM", "Qualifier Variable Name", Role.TOPIC, Core.REQUIRED, Origin.ASSIGNED),
    Variable("QLABEL", "Qualifier Variable Label", Role.SYNONYM, Core.REQUIRED, Origin.ASSIGNED),
    Variable("QVAL", "Data Value", Role.RESULT, Core.REQUIRED, Origin.DERIVED, method="As the qualifier says."),
    Variable("QORIG", "Origin", Role.RECORD, Core.REQUIRED, Origin.ASSIGNED),
    Variable("QEVAL", "Evaluator", Role.RECORD, Core.EXPECTED, Origin.ASSIGNED),
)
RELREC = DataSet("RELREC", "Related Records", "RELATIONSHIP", "One record per related data set",
                 ("STUDYID", "RELID", "RDOMAIN"), _links, (
    common.STUDYID,
    Variable("RDOMAIN", "Related Domain Abbreviation", Role.IDENTIFIER, Core.REQUIRED, Origin.ASSIGNED,
             codes=terms.DOMAIN),
    Variable("USUBJID", "Unique Subject Identifier", Role.IDENTIFIER, Core.EXPECTED, Origin.ASSIGNED),
    Variable("IDVAR", "Identifying Variable", Role.IDENTIFIER, Core.REQUIRED, Origin.ASSIGNED),
    Variable("IDVARVAL", "Identifying Variable Value", Role.IDENTIFIER, Core.EXPECTED, Origin.ASSIGNED),
    Variable("RELTYPE", "Relationship Type", Role.RECORD, Core.EXPECTED, Origin.ASSIGNED, codes=terms.RELATION),
    Variable("RELID", "Relationship Identifier", Role.RECORD, Core.REQUIRED, Origin.ASSIGNED),
), is_design=True)  # fmt: skip
