"""Facts of the rules between two dated facts: the two in order, and the two the other way round."""

from collections import defaultdict
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from capture.casebook.order_rules import Dated, DistanceRule, Fact, LastDose, OrderRule
from capture.casebook.registry import ORDER_RULES
from tests.capture.check_facts import Facts, Table

ITS_CYCLE = 1
FIRST, NEXT = date(2026, 1, 10), date(2026, 1, 11)


def of_form(kind: str) -> Table:
    """The facts of every check by which the form asks such a rule."""
    table: Table = {}
    for rule in ORDER_RULES:
        if rule.later.form == kind:
            table[rule.at_later.id] = tuple(  # type: ignore[assignment]
                _facts(rule.later, later, rule.earlier, earlier) for earlier, later in _days(rule))
        if rule.earlier.form == kind and rule.at_earlier:
            table[rule.at_earlier.id] = tuple(  # type: ignore[assignment]
                _facts(rule.earlier, earlier, rule.later, later) for earlier, later in _days(rule))
    return table


def _days(rule: OrderRule) -> tuple[tuple[date, date], tuple[date, date]]:
    """The earlier and the later day: as they must be, and as they must not."""
    if isinstance(rule, DistanceRule):
        last = FIRST + timedelta(days=rule.most_days)
        return (FIRST, last), (FIRST, last + timedelta(days=1))
    return (FIRST, NEXT), (NEXT, FIRST)


def _facts(typed: Fact, when: date, on_record: Fact, other: date) -> Facts:
    # Several rules may be one check: their facts are there too, empty.
    facts: dict[str, Any] = defaultdict(lambda: None)
    facts["on_record"] = defaultdict(list)
    facts["periods"], facts["readings"] = [], []
    if typed.form == on_record.form:
        facts[on_record.field] = other
    else:
        facts["on_record"][on_record] = [Dated(other, "Entry", ITS_CYCLE if on_record.key else None)]
    if typed.key:
        facts[typed.key] = ITS_CYCLE
    if typed.only:
        facts[typed.only[0]] = typed.values[0]
    if isinstance(typed, LastDose):
        facts["started_on"], facts["periods"] = when, [SimpleNamespace(from_day=1, to_day=1, dose_mg=400)]
    elif typed.lines:
        facts[typed.lines] = [SimpleNamespace(**{typed.field: when})]
    else:
        facts[typed.field] = when
    return facts
