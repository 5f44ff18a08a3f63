"""The lane of queries: a mark on the day each was raised, by its state; those near to each other share a mark. PURE."""

from capture.participants.timeline.facts import Course, Days, QueryFact
from capture.participants.timeline.parts import Label, Lane, Mark, Stamp
from trial.rules.dates.partial_date import shown

HEIGHT, MIDDLE = 26.0, 13.0
# What stands in the mark, and the look of it; a reopened query waits for the site like an open one.
LOOKS = {"open": ("?", "open"), "reopened": ("?", "open"), "answered": ("a", "answered"), "closed": ("✓", "closed"),
         "cancelled": ("–", "closed")}  # fmt: skip
# Marks nearer than this, in percent of the width, are drawn as one.
NEAR = 2.4


def lane(course: Course, days: Days) -> Lane | None:
    """None while nothing was asked."""
    if not course.queries:
        return None
    drawn: list[Mark] = []
    listed: list[Mark] = []
    for group in _near(sorted(course.queries, key=lambda each: (each.raised_on, each.id)), days):
        if len(group) == 1:
            drawn.append(_one(group[0], days, days.at(group[0].raised_on)))
            continue
        # Together they lead to the list; one by one they stand in the table.
        drawn.append(_several(group, days))
        listed += [_one(each, days, None) for each in group]
    return Lane("queries", ("Queries",), HEIGHT, tuple(drawn), listed=tuple(listed))


def _near(queries: list[QueryFact], days: Days) -> list[list[QueryFact]]:
    groups: list[list[QueryFact]] = []
    for each in queries:
        if groups and days.at(each.raised_on) - days.at(groups[-1][0].raised_on) < NEAR:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _one(query: QueryFact, days: Days, x: float | None) -> Mark:
    letter, look = LOOKS.get(query.state, ("?", "open"))
    parts = () if x is None else (Stamp("query", x, MIDDLE, f"query-{look}"),
                                  Label(x, MIDDLE + 3.8, letter, "middle", f"on-query-{look}"))  # fmt: skip
    words = f"Query about {query.about}, {query.state}"
    return Mark(days.of(query.raised_on), shown(query.raised_on), words, f"query/{query.id}", parts)


def _several(group: list[QueryFact], days: Days) -> Mark:
    """The most pressing state of them, and how many they are."""
    pressing = min(group, key=lambda each: list(LOOKS).index(each.state) if each.state in LOOKS else 0)
    letter, look = LOOKS.get(pressing.state, ("?", "open"))
    x = days.at(group[0].raised_on)
    waiting = sum(1 for each in group if LOOKS.get(each.state, ("", "open"))[1] == "open")
    words = f"{len(group)} queries, {waiting} of them open"
    end = x > 90
    count = Label(x, MIDDLE + 3.8, f"{len(group)}×", "end" if end else "start", "small", -9 if end else 9)
    stamp, on_it = Stamp("query", x, MIDDLE, f"query-{look}"), Label(x, MIDDLE + 3.8, letter, look=f"on-query-{look}")
    first = group[0].raised_on
    return Mark(days.of(first), shown(first), words, "queries/", (stamp, on_it, count))
