"""For which events, not serious and not in hospital, the rules in force can ask for a report: when the form asks."""

from itertools import product

from trial.expedited_in_force import table_in_force
from trial.rules import expedited
from trial.rules.expedited import EventAsKnown


def combinations() -> tuple[str, ...]:
    """`grade:attribution:expectedness` of every combination that asks for a report while treatment goes on."""
    rules = table_in_force().rules
    found = []
    for grade, related, expected in product(expedited.GRADES, (True, False), (True, False)):
        known = EventAsKnown(grade, expected, False, related, (0, 0))
        if expedited.demanded(known, rules).rule is not None:
            words = "related" if related else "unrelated", "expected" if expected else "unexpected"
            found.append(":".join((str(grade), *words)))
    return tuple(found)
