"""The audit trail of a participant in words: who, in which role, when, what changed from what to what, and why."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from capture import blacked_out, history
from capture.copies.document import Act
from capture.trail import tables, words
from trial.ctcae_v3.limits import ANALYTES
from trial.models import Change, Lesion, Participant, Role, Version
from trial.paper import instant

AT_A_TIME = 500


def acts(participant: Participant | None, shown: dict[int, tuple[int, ...]]) -> Iterator[Act]:
    """One act for each Change, oldest first. shown: Change → the versions of it to tell, all of the participant."""
    names, notes = words.Names.of(Lesion.objects.filter(participant=participant)), blacked_out.by_version()
    for numbers in _by(sorted(shown), AT_A_TIME):
        keys = [key for number in numbers for key in shown[number]]
        versions = words.with_before(Version.objects.filter(pk__in=keys).order_by("change_id", "id"))
        of_change = {key: list(each) for key, each in groupby(versions, key=attrgetter("change_id"))}
        for change in Change.objects.filter(pk__in=numbers).select_related("person").order_by("id"):
            yield Act(_head(change), tuple(_lines(of_change.get(change.pk, []), names, notes)))


def _by(numbers: list[int], size: int) -> Iterator[list[int]]:
    yield from (numbers[start : start + size] for start in range(0, len(numbers), size))


def _head(change: Change) -> str:
    who = change.person.full_name if change.person else "The system"
    role = dict(Role.choices).get(change.role, "")
    act = history.ACTS.get(change.act, change.act)
    why = f". Reason: {change.reason}" if change.reason else ""
    return f"Change {change.pk}, {instant(change.at)}. {act} by {who}{f', {role}' if role else ''}{why}"


def _lines(versions: Iterable[Version], names: words.Names, notes: dict[int, str]) -> Iterator[str]:
    for version in versions:
        told = "; ".join(_line(each) for each in words.lines(version, names) if each.label != "Versions")
        told = " ".join(filter(None, (told, notes.get(version.pk))))
        yield f"{_of(version, names)} ({words.ROW_ACTS.get(version.act, version.act)}): {told or 'no value'}"


def _of(version: Version, names: words.Names) -> str:
    if version.table_name == "trial_laboratoryresult":
        return f"{tables.title(version.table_name)}: {ANALYTES.get(version.row['analyte'], version.row['analyte'])}"
    return words.heading(version, names)


def _line(line: history.Line) -> str:
    return f"{line.label}: {line.old} → {line.new or 'empty'}" if line.old else f"{line.label}: {line.new or 'empty'}"
