"""What the files say against what is on record: new, unchanged, or different and therefore refused.

Rows are compared as the text of their cells, so that file and record are read by one rule.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from capture.entry.services import laboratories
from capture.exchange import cells
from capture.exchange.data_sets import BY_NAME, KEYS, columns_in, file_below
from capture.exchange.importing.files import Problem
from capture.exchange.importing.parse import Bundle, Entry
from trial.models import Participant

NOT_COMPARED = {name for name, _ in KEYS} | {"entry", "continues"}
DIFFERS = "The saved value is “{}”, the file has “{}”. An import never overwrites. The site can correct the entry."


@dataclass
class Compared:
    """The rows to be written, how many are on record as they are (by data set), and those that are refused."""

    new: dict[str, list[Entry]] = field(default_factory=dict)
    unchanged: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def compare(bundle: Bundle, participant: Participant | None, adds_results: bool = False) -> Compared:
    """Everything of a participant who is not on record is new.

    adds_results: a visit on record takes further lines, where the file has every line that it has.
    """
    found = Compared()
    for name, entries in bundle.parts.items():
        if name == "acknowledgements":
            continue
        if participant is None:
            found.new[name] = list(entries)
        else:
            _part(found, participant, name, entries, adds_results and name == "visit")
    if participant is not None:
        _nothing_is_added_to_what_stands(found, participant)
    return found


def _part(found: Compared, participant: Participant, name: str, entries: list[Entry], adds: bool) -> None:
    on_record = [(said_by_record(name, row), row) for row in _rows(name, participant)]
    left = []
    for entry in entries:
        said = said_by_file(entry)
        written = said_by_file(_as_written(entry, participant))
        same = next((each for each in on_record if each[0] in (said, written)), None)
        if same is None:
            left.append((entry, said))
            continue
        on_record.remove(same)
        entry.on_record = same[1]
        found.unchanged[name] += 1
        if entry.below:
            found.unchanged[entry.below[0].name] += len(entry.below)
    for entry, said in left:
        entry.on_record = next((row for each, row in on_record if adds and _adds_lines(each, said)), None)
        if entry.on_record is not None:
            found.new.setdefault(name, []).append(entry)
            continue
        other = next((each for each, _ in on_record if _known(name, each) == _known(name, said)), None)
        if other is None or _may_now_be_registered(name, other, said):
            found.new.setdefault(name, []).append(entry)
        else:
            found.problems += _differences(entry, other, said)


def _as_written(entry: Entry, participant: Participant) -> Entry:
    """The entry as a new one would be saved: limits left empty are those of the laboratory."""
    if entry.name != "visit":
        return entry
    lines = laboratories.with_limits(participant, entry.values, [each.values for each in entry.below])
    below = [replace(each, values=dict(line)) for each, line in zip(entry.below, lines, strict=True)]
    return replace(entry, below=below)


# Of a visit without a laboratory, what its first results bring along.
COMES_ALONG = "laboratory_name"


def _adds_lines(on_record: dict[str, Any], said: dict[str, Any]) -> bool:
    """Whether the file has the visit as it is on record, and further lines below it."""
    same = {**said, "below": on_record["below"]}
    if not on_record[COMES_ALONG]:
        same[COMES_ALONG] = ""
    return same == on_record and all(line in said["below"] for line in on_record["below"])


def _known(name: str, said: dict[str, Any]) -> tuple[Any, ...]:
    if name == "assessments" and said["kind"] == "baseline":
        return ("baseline",)
    return tuple(said[column] for column in BY_NAME[name].key)


def _may_now_be_registered(name: str, other: dict[str, Any], said: dict[str, Any]) -> bool:
    """Screened on record, registered in the file, otherwise the same."""
    return name == "registration" and not other["registered_on"] and other == {**said, "registered_on": ""}


def _differences(entry: Entry, other: dict[str, Any], said: dict[str, Any]) -> list[Problem]:
    columns = [column for column in said if column != "below" and said[column] != other[column]]
    problems = [entry.row.problem(DIFFERS.format(other[column], said[column]), column) for column in columns]
    if said["below"] != other["below"]:
        problems.append(entry.row.problem("The rows below it differ from the saved rows. An import never overwrites."))
    return problems


def _nothing_is_added_to_what_stands(found: Compared, participant: Participant) -> None:
    """A checklist and a baseline are entered as a whole."""
    for entry in found.new.pop("eligibility", []):
        found.problems.append(entry.row.problem("An import cannot add to the checklist of a screened participant."))
    baseline = participant.assessments.standing().filter(kind="baseline").exists()
    for entry in found.new.get("lesions", []) if baseline else []:
        found.problems.append(entry.row.problem("The saved baseline does not have this lesion. The site can correct "
                                                "the baseline."))


def compared_columns(name: str) -> list[str]:
    """The columns of a data set that carry its content."""
    left_out = NOT_COMPARED | {BY_NAME[name].parent}
    return [column for column in columns_in(BY_NAME[name]) if column not in left_out]


def said_by_file(entry: Entry) -> dict[str, Any]:
    """Column → text, and the same of the rows below in order of their content."""
    said: dict[str, Any] = {column: _plain(entry.values.get(column)) for column in compared_columns(entry.name)}
    said["below"] = sorted(sorted(said_by_file(each).items(), key=str) for each in entry.below)
    return said


def said_by_record(name: str, row: Any) -> dict[str, Any]:
    """The same of a row on record."""
    said: dict[str, Any] = {column: _plain(_value(row, column)) for column in compared_columns(name)}
    lines = file_below(BY_NAME[name])
    below = lines.model.objects.standing().filter(**{lines.parent: row}) if lines is not None else []
    if name == "assessments":
        below = below.standing("lesion").select_related("lesion")
    said["below"] = sorted(sorted(said_by_record(lines.name, each).items(), key=str) for each in below) if lines else []
    return said


def _value(row: Any, column: str) -> Any:
    return row.lesion.label if column == "lesion" else getattr(row, column)


def _plain(value: Any) -> str:
    return cells.text(value).strip()


def _rows(name: str, participant: Participant) -> list[Any]:
    if name == "registration":
        return [participant]
    return list(BY_NAME[name].model.objects.standing().filter(participant=participant).order_by("id"))
