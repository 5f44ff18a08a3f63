"""The audit trail of a participant in words: who, in which role, when, what changed from what to what, and why."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from capture.casebook import history, labels, redaction_words
from capture.trail import words
from trial.drawing.pdf import instant
from trial.drawing.sections import Act
from trial.models import Change, Lesion, Participant, Role, Version
from trial.models.audit import ACTS
from trial.protocol.ctcae_v3.limits import ANALYTES

AT_A_TIME = 500
_ELSEWHERE = {"Versions"}  # numbers of the versions that were signed: they stand in the sealed trail


def acts(participant: Participant | None, shown: dict[int, tuple[int, ...]]) -> Iterator[Act]:
    """One act for each Change, oldest first. shown: Change → the versions of it to tell, all of the participant."""
    names, notes = words.Names.of(Lesion.objects.filter(participant=participant)), redaction_words.by_version()
    for numbers in _by(sorted(shown), AT_A_TIME):
        keys = [key for number in numbers for key in shown[number]]
        versions = list(words.with_before(Version.objects.filter(pk__in=keys).order_by("change_id", "id")))
        titles = _titles(participant, versions)
        of_change = {key: list(each) for key, each in groupby(versions, key=attrgetter("change_id"))}
        for change in Change.objects.filter(pk__in=numbers).select_related("person").order_by("id"):
            yield Act(_head(change), tuple(_lines(of_change.get(change.pk, []), names, titles, notes)))


def _by(numbers: list[int], size: int) -> Iterator[list[int]]:
    yield from (numbers[start : start + size] for start in range(0, len(numbers), size))


def _head(change: Change) -> str:
    who = change.person.full_name if change.person else "The system"
    role = dict(Role.choices).get(change.role, "")
    act = ACTS.get(change.act, change.act)
    why = f". Reason: {change.reason}" if change.reason else ""
    return f"Change {change.pk}, {instant(change.at)}. {act} by {who}{f', {role}' if role else ''}{why}"


def _titles(participant: Participant | None, versions: Iterable[Version]) -> dict[labels.Key, labels.Place]:
    """Places in the casebook that these versions are about: of a query, a verification, a soft check, a freeze."""
    if participant is None:
        return {}
    about = {(each.row["form"], each.row["row_id"]) for each in versions if each.row.get("row_id")}
    return labels.places(labels.Entry(participant, *key) for key in sorted(about))


def _lines(versions: Iterable[Version], names: words.Names, titles: dict[labels.Key, labels.Place],
           notes: dict[int, str]) -> Iterator[str]:  # fmt: skip
    for version in versions:
        about = titles.get((version.row.get("form", ""), version.row.get("row_id")))
        told = [_line(version, each) for each in words.lines(version, names) if each.label not in _ELSEWHERE and not (
            about and each.label in ("Form", "Row id"))]  # fmt: skip
        of = f" of {about.title}" if about else ""
        act = words.ROW_ACTS.get(version.act, version.act)
        said = " ".join(filter(None, ("; ".join(told), notes.get(version.pk))))
        yield f"{_of(version, names)}{of} ({act}): {said or 'no value'}"


def _of(version: Version, names: words.Names) -> str:
    if version.table_name == "trial_laboratoryresult":
        return f"{labels.title(version.table_name)}: {ANALYTES.get(version.row['analyte'], version.row['analyte'])}"
    return words.heading(version, names)


def _line(version: Version, line: history.Line) -> str:
    new = line.new or "empty"
    if line.label == "Field" and line.new:
        new = labels.field_label(version.row.get("form", ""), line.new)
    return f"{line.label}: {line.old} → {new}" if line.old else f"{line.label}: {new}"
