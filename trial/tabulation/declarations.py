"""What a data set of the standards is: one declaration, from which every file about it follows. PURE.

Editions: SDTM 2.0 with SDTMIG 3.4, Define-XML 2.1, Dataset-JSON 1.1, SAS XPORT version 5, and the controlled
terminology of 2024-03-29.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from trial.refused import Refused
from trial.tabulation import texts

SDTM, SDTMIG, ADAMIG, TERMINOLOGY = "2.0", "3.4", "1.3", "2024-03-29"
NAME_LETTERS, LABEL_BYTES, TEXT_BYTES = 8, 40, texts.MOST_BYTES
Values = dict[str, Any]


class Kind(Enum):
    """How values are held: text, whole numbers, exact decimals, ISO 8601 dates as text; complete days for analysis."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    DAY = "day"


TEXT, INTEGER, DECIMAL, DATE, DAY = Kind


class Role(StrEnum):
    """What a variable says of its record, in the terms of SDTM."""

    IDENTIFIER = "Identifier"
    TOPIC = "Topic"
    TIMING = "Timing"
    RULE = "Rule"
    SYNONYM = "Synonym Qualifier"
    VARIABLE = "Variable Qualifier"
    RECORD = "Record Qualifier"
    RESULT = "Result Qualifier"
    GROUPING = "Grouping Qualifier"


class Core(StrEnum):
    """Whether a data set must have a variable."""

    REQUIRED = "Req"
    EXPECTED = "Exp"
    PERMISSIBLE = "Perm"


class Origin(StrEnum):
    """Where a value comes from, in the terms of Define-XML."""

    COLLECTED = "Collected"
    DERIVED = "Derived"
    ASSIGNED = "Assigned"
    PROTOCOL = "Protocol"
    PREDECESSOR = "Predecessor"

    @property
    def source(self) -> str:
        """Who gives it; empty: another data set."""
        return {"Collected": "Investigator", "Predecessor": ""}.get(self, "Sponsor")


@dataclass(frozen=True)
class Codes:
    """A code list: our code → submission value.

    concept: the list's number in the terminology; empty: a list of the sponsor's own. extended: submission values that
    the published list does not have, though it may be extended.
    """

    name: str
    concept: str
    pairs: Mapping[Any, str]
    extended: frozenset[str] = frozenset()

    def value(self, code: Any) -> str:
        """The submission value of our code, or the value itself. Raises Refused for what the list does not know."""
        if code in self.pairs:
            return self.pairs[code]
        if code in self.pairs.values():
            return str(code)
        raise Refused(f"The code list {self.name} has no value for “{code}”.")


@dataclass(frozen=True)
class Variable:
    """One column.

    asked: the fields of the record that it holds (`adverse_event.onset_on`), by which annotations name the question.
    method: how a derived value is made, in words. of: what it is made from, where a row does not carry it by name.
    by_test: the code lists of single tests, of a result that is a number elsewhere. continues: the variable whose text
    goes on here.
    """

    name: str
    label: str
    role: str = Role.RECORD
    core: Core = Core.PERMISSIBLE
    origin: Origin = Origin.COLLECTED
    kind: Kind = TEXT
    codes: Codes | None = None
    asked: tuple[str, ...] = ()
    method: str = ""
    of: Callable[[Any, Values], Any] | None = None
    by_test: Mapping[str, Codes] = field(default_factory=dict)
    continues: str = ""

    def value(self, subject: Any, row: Values) -> Any:
        """What stands in the file: None where nothing is known, never an empty text."""
        found = self.of(subject, row) if self.of is not None else row.get(self.name)
        if found is None or found == "":
            return None
        return (self.codes.value(found) or None) if self.codes is not None else found

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers in every file."""
        return self.kind in (INTEGER, DECIMAL, DAY)


@dataclass(frozen=True)
class Qualifier:
    """What a row says beside the variables of its class: a record of SUPP--. Its value is carried by the row."""

    name: str
    label: str
    origin: Origin = Origin.COLLECTED
    codes: Codes | None = None
    asked: tuple[str, ...] = ()
    method: str = ""

    def value(self, row: Values) -> str | None:
        """The value as text; None where there is none."""
        found = row.get(self.name)
        if found is None or found == "":
            return None
        return self.codes.value(found) or None if self.codes is not None else str(found)


def _may_be_long(value: str) -> bool:
    """Whether a text is to be measured: a letter outside ASCII may be written as several."""
    return len(value) > TEXT_BYTES or not value.isascii()


Overflow = tuple[Values, Variable, list[str]]


@dataclass(frozen=True)
class DataSet:
    """One file. rows: what one subject gives it; `is_design`: what the study does, once.

    keys: the variables by which its rows are told apart, and their order. qualifiers: what goes to SUPP--.
    """

    name: str
    label: str
    of_class: str
    structure: str
    keys: tuple[str, ...]
    rows: Callable[[Any], Iterable[Values]]
    variables: tuple[Variable, ...]
    is_design: bool = False
    qualifiers: tuple[Qualifier, ...] = ()
    of_subclass: str = ""

    @property
    def is_supplement(self) -> bool:
        """Whether it holds qualifiers of another data set: it is left out where there are none."""
        return self.name.startswith("SUPP")

    @property
    def is_analysis(self) -> bool:
        """Whether it is of ADaM, which has no SUPP--."""
        return self.name.startswith("AD")

    def made(self, subject: Any) -> list[Values]:
        """The rows of one subject, or of the study, by name of variable, as the data set's function makes them."""
        if self.is_design:
            return list(self.rows(subject))
        found: list[Values] = subject.once(f"data set {self.name}", lambda: list(self.rows(subject)))
        return found

    def values(self, subject: Any) -> list[tuple[Any, ...]]:
        """The rows of one subject in the order of the keys; the values in the order of the variables."""
        made, too_long = [], list[Overflow]()
        for row in self.made(subject):
            found = [each.value(subject, row) for each in self.variables]
            if not self.is_design:
                for place, value in enumerate(found):
                    if value.__class__ is str and _may_be_long(value) and self.variables[place].kind is TEXT:
                        found[place], *rest = texts.split(value)
                        left = self._go_on(subject, found, place, rest) if rest else []
                        too_long += [(row, self.variables[place], left)] if left else []
            made.append(tuple(found))
        if not self.is_design:
            subject.memo[f"overflow of {self.name}"] = too_long
        places = [self.place(key) for key in self.keys]
        return sorted(made, key=lambda row: [(row[place] is not None, row[place]) for place in places])

    def _go_on(self, subject: Any, found: list[Any], place: int, rest: list[str]) -> list[str]:
        """Puts parts of a text where it goes on; returns those for SUPP--, which analysis data sets do not have.

        Raises Refused for an analysis data set without a variable for a part.
        """
        name = self.variables[place].name
        further = [at for at, each in enumerate(self.variables) if each.continues == name]
        if self.is_analysis and len(rest) > len(further):
            raise Refused(f"{self.name}.{name} of {subject.usubjid}: a text has more than "
                          f"{(len(further) + 1) * TEXT_BYTES} bytes. Shorten the entry.")  # fmt: skip
        for at, part in zip(further, rest, strict=False):
            found[at] = part
        return rest[len(further) :]

    def overflow(self, subject: Any) -> list[Overflow]:
        """(row, variable, parts) of each text that goes on in SUPP--, since its variable holds the first part only."""
        if f"overflow of {self.name}" not in subject.memo:
            self.values(subject)
        found: list[Overflow] = subject.memo[f"overflow of {self.name}"]
        return found

    def place(self, name: str) -> int:
        """The place of a variable among its variables. Raises ValueError for one that it does not have."""
        return [each.name for each in self.variables].index(name)
