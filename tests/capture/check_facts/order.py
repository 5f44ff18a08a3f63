"""Facts of the rules between two dated facts: the two in order, and the two the other way round."""

from collections import defaultdict
from datetime import date
from types import SimpleNamespace
from typing import Any

from capture.casebook.order_rules import Dated, Fact, LastDose
from capture.casebook.registry import ORDER_RULES
from tests.capture.check_facts import Facts, Table

FIRST, NEXT = date(2026, 1, 10), date(2026, 1, 11)


def of_form(kind: str) -> Table:
    """The facts of every check by which the form asks such a rule."""
    table: Table = {}
    for rule in ORDER_RULES:
        if rule.later.form == kind:
            table[rule.at_later.id] = (_facts(rule.later, NEXT, rule.earlier, FIRST),
                                       _facts(rule.later, FIRST, rule.earlier, NEXT))  # fmt: skip
        if rule.earlier.form == kind and rule.at_earlier:
            table[rule.at_earlier.id] = (_facts(rule.earlier, FIRST, rule.later, NEXT),
                                         _facts(rule.earlier, NEXT, rule.later, FIRST))  # fmt: skip
    return table


def _facts(typed: Fact, when: date, on_record: Fact, other: date) -> Facts:
    # Several rules may be one check: their facts are there too, empty.
    facts: dict[str, Any] = defaultdict(lambda: None)
    facts["on_record"] = defaultdict(list)
    facts["periods"], facts["readings"] = [], []
    if typed.form == on_record.form:
        facts[on_record.field] = other
    else:
        facts["on_record"][on_record] = [Dated(other, "Entry")]
    if typed.only:
        facts[typed.only[0]] = typed.values[0]
    if isinstance(typed, LastDose):
        facts["started_on"], facts["periods"] = when, [SimpleNamespace(from_day=1, to_day=1, dose_mg=400)]
    elif typed.lines:
        facts[typed.lines] = [SimpleNamespace(**{typed.field: when})]
    else:
        facts[typed.field] = when
    return facts
