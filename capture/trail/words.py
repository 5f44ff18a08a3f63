"""Changes and their versions in words: what each row was before and what it became."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.urls import reverse

from capture.casebook import history
from capture.casebook.labels import history_of, title
from trial.models import Change, Lesion, Person, Site, Version

ROW_ACTS = {"insert": "new", "update": "changed", "delete": "removed"}


@dataclass(frozen=True)
class Names:
    """What keys in a version stand for: ids of people, sites and lesions in words."""

    people: dict[int, str]
    sites: dict[int, str]
    lesions: dict[int, str]

    @classmethod
    def of(cls, lesions: Iterable[Lesion]) -> "Names":
        """People and sites are few and read whole."""
        people = {key: name or username for key, name, username in Person.objects.values_list(
            "id", "full_name", "username")}  # fmt: skip
        sites = dict(Site.objects.values_list("id", "code"))
        return cls(people, sites, {each.pk: str(each) for each in lesions})


@dataclass(frozen=True)
class Row:
    """One version: what it is of, what happened to the row, the lines that changed, and its item's history."""

    version: Version
    title: str
    act: str
    lines: list[history.Line]
    history_url: str


def with_before(versions: QuerySet[Version]) -> QuerySet[Version]:
    """Each version with `before`, the row as the version before it left it (None for the first).

    Numbers of versions are given under the writers' lock, so they follow the Changes.
    """
    same_row = Version.objects.filter(table_name=OuterRef("table_name"), row_id=OuterRef("row_id"),
                                      change_id__lte=OuterRef("change_id"), id__lt=OuterRef("id"))  # fmt: skip
    return versions.annotate(before=Subquery(same_row.order_by("-change_id", "-id").values("row")[:1]))


def rows_of(change: Change) -> list[Row]:
    """The versions of a Change in order."""
    versions = list(with_before(change.versions.order_by("id")))
    keys = {each.row.get("lesion_id") for each in versions} - {None}
    names = Names.of(Lesion.objects.filter(pk__in=keys))
    return [
        Row(each, heading(each, names), ROW_ACTS.get(each.act, each.act), lines(each, names), _history(change, each))
        for each in versions
    ]


def heading(version: Version, names: Names) -> str:
    """What the row is, such as "Laboratory result: HGB"."""
    row, name = version.row, ""
    if version.table_name == "trial_eligibilityanswer":
        name = history.ITEM_WORDS.get(row.get("item"), "")
    elif version.table_name == "trial_laboratoryresult":
        name = row.get("analyte") or ""
    elif version.table_name == "trial_lesionreading":
        name = names.lesions.get(row.get("lesion_id"), "")
    elif version.table_name == "trial_person":
        name = row.get("username") or ""
    return f"{title(version.table_name)}: {name}" if name else title(version.table_name)


def lines(version: Version, names: Names) -> list[history.Line]:
    """The values that changed, with people and sites by name."""
    before: Any = getattr(version, "before", None)
    named = Version(pk=version.pk, table_name=version.table_name, row=_named(version.row, names))
    return history.lines_of(named, _named(before or {}, names), "")


def _named(row: dict[str, Any], names: Names) -> dict[str, Any]:
    found = {}
    for column, value in row.items():
        if value is not None and (column == "person_id" or column.endswith("_by_id")):
            column, value = column.removesuffix("_id"), names.people.get(value, f"user {value}")
        elif column == "sites" and isinstance(value, list):
            value = ", ".join(sorted(names.sites.get(key, f"site {key}") for key in value))
        elif column in ("versions", "changes") and isinstance(value, list):
            value = ", ".join(str(each.get("version") or each.get("change")) if isinstance(each, dict) else str(each)
                              for each in value)  # fmt: skip
        found[column] = value
    return found


def _history(change: Change, version: Version) -> str:
    kind, column = history_of(version.table_name)
    if not kind or change.participant is None or not version.row.get(column):
        return ""
    return reverse("capture:history", args=(change.participant.reference, kind, version.row[column]))


def touched(changes: Iterable[Change]) -> dict[int, str]:
    """Change number → what it touched, such as "Visit at cycle start, Laboratory result (5)"; one query."""
    counts = (
        Version.objects.filter(change__in=[each.pk for each in changes])
        .order_by("change_id", "table_name").values_list("change_id", "table_name").annotate(rows=Count("id"))
    )  # fmt: skip
    found: dict[int, list[str]] = {}
    for key, table, rows in counts:
        found.setdefault(key, []).append(f"{title(table)} ({rows})" if rows > 1 else title(table))
    return {key: ", ".join(words) for key, words in found.items()}
