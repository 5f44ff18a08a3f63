"""What the answers of the API hold, for its description; the values of an entry are described by `/forms/{form}`."""

from typing import Any

from ninja import Schema

Value = str | int | bool | list[Any] | dict[str, Any] | None


class Keys(Schema):
    """Whose an entry is: study number (null before registration), screening number, site."""

    study_number: str | None
    screening_number: int | None
    site: str | None


class Entry(Keys):
    """One row of a form, as change `change` left it. struck_out: it, or the entry whose line it is."""

    form: str
    entry: int
    site_at_entry: str | None
    change: int
    struck_out: bool
    values: dict[str, Value]


class Said(Schema):
    """A change: who, in which role, when (UTC), what and why; no person: the system."""

    change: int
    at: str
    act: str
    person: str | None
    role: str
    reason: str


class OldEntry(Said):
    """An entry as a change left it."""

    values: dict[str, Value]


class Touched(Schema):
    """A row that a change wrote; form: null where it is of no form of the casebook."""

    form: str | None
    table: str
    entry: int
    act: str


class ChangeOf(Said):
    """A change with the rows that it wrote."""

    participant: str | None
    site: str | None
    groups: list[str]
    rows: list[Touched]


class Site(Schema):
    """A site that the token sees."""

    code: str
    name: str
    time_zone: str
    country: str


class Group(Schema):
    """A group of the analysis."""

    code: str
    name: str
    ceiling: int


class Study(Schema):
    """The study."""

    name: str
    short_name: str
    criteria: str
    groups: list[Group]
    program: str
    change: int


class FormName(Schema):
    """A form, or the lines of one."""

    form: str
    title: str


class Code(Schema):
    """A stored code and its words."""

    code: Value
    words: str


class Field(Schema):
    """A field: what it means, its type, unit and codes; missing_reason: the field that says why it is empty."""

    name: str
    words: str
    type: str
    unit: str
    codes: list[Code]
    is_required: bool
    missing_reason: str | None


class FormVersion(Schema):
    """A version of a form."""

    number: int
    changed: str
    protocol: str
    since: str
    new_fields: list[str]


class Check(Schema):
    """An edit check; hard: what fails it cannot be saved."""

    id: str
    words: str
    source: str
    severity: str
    field: str


class Kind(Schema):
    """A form of the casebook whose entries these are."""

    kind: str
    title: str
    repeats: bool
    due: str
    versions: list[FormVersion]
    checks: list[Check]


class Form(FormName):
    """The whole definition of a form; parent: the field that names the row above, of lines only."""

    parent: str | None
    kinds: list[Kind]
    fields: list[Field]


class Entries(Schema):
    """A page of entries; next: the cursor of the next one, null after the last."""

    items: list[Entry]
    next: str | None


class History(Schema):
    """A page of what an entry was, the oldest first."""

    items: list[OldEntry]
    next: str | None


class Changes(Schema):
    """Changes after the one that was named, in order."""

    items: list[ChangeOf]
    next: str | None


class Sites(Schema):
    """All sites that the token sees."""

    items: list[Site]
    next: None


class FormNames(Schema):
    """All forms."""

    items: list[FormName]
    next: None
