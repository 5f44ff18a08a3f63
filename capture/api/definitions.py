"""The casebook as data: fields, codes, versions and checks of each form, out of their declarations."""

from typing import Any

from capture.api import versions
from capture.casebook.registry import CHECKS
from capture.exchange.data_sets import Column, DataSet
from capture.exchange.exporting import dictionary
from trial import protocol
from trial.runtime.program import PROGRAM


def study(change: int) -> dict[str, Any]:
    """The study; change: the newest on record."""
    groups = [{"code": each.code, "name": each.name, "ceiling": each.ceiling} for each in protocol.GROUPS]
    return {"name": protocol.STUDY_NAME, "short_name": protocol.STUDY_SHORT_NAME, "criteria": protocol.CRITERIA,
            "groups": groups, "program": PROGRAM, "change": change}  # fmt: skip


def form(data_set: DataSet) -> dict[str, Any]:
    """The definition of a form."""
    own = versions.columns(data_set)
    names = {column.name for column in own}
    return {"form": data_set.name, "title": data_set.title, "parent": data_set.parent or None,
            "kinds": [_kind(each) for each in data_set.forms],
            "fields": [_field(data_set, column, names) for column in own]}  # fmt: skip


def _field(data_set: DataSet, column: Column, names: set[str]) -> dict[str, Any]:
    reason = f"{column.name}_missing"
    pairs = dictionary.pairs_of(data_set, column)
    return {
        "name": column.name, "words": column.words, "type": dictionary.type_of(column),
        "unit": dictionary.unit_of(column), "codes": [{"code": code, "words": str(words)} for code, words in pairs],
        "is_required": dictionary.is_required(column), "missing_reason": reason if reason in names else None,
    }  # fmt: skip


def _kind(declared: Any) -> dict[str, Any]:
    editions = [
        {"number": each.number, "changed": each.changed, "protocol": each.protocol, "since": each.since.isoformat(),
         "new_fields": list(each.new_fields)} for each in declared.versions
    ]  # fmt: skip
    checks = [{"id": each.id, "words": each.words, "source": each.source, "severity": each.severity,
               "field": each.field} for each in CHECKS.get(declared.kind, ())]  # fmt: skip
    return {"kind": declared.kind, "title": declared.title, "repeats": declared.repeats, "due": declared.due.words,
            "versions": editions, "checks": checks}  # fmt: skip
