"""Adverse events on treatment as the registry of results asks for them, and by cycle of onset. PURE.

An event and the episodes that continue it are one event; a participant counts once per row.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from analysis.endpoints import dictionary
from analysis.endpoints.cohort import Outcome

Event = dict[str, Any]
# One event: study number and its episodes on treatment.
Whole = tuple[str, list[Event]]


def registry(treated: Sequence[Outcome], events: Sequence[Whole]) -> dict[str, Any]:
    """Term × participants affected, at risk, events: of serious, of other and of all events, with their totals."""
    kinds: dict[str, Sequence[Whole]] = {
        "serious": [each for each in events if _serious(each)],
        "other": [each for each in events if not _serious(each)],
        "all": events,
    }
    deaths = sum(1 for each in treated if each["dates"]["death"])
    totals = {kind: _affected(found, len(treated)) for kind, found in kinds.items()}
    return {
        **{kind: _rows(found, len(treated)) for kind, found in kinds.items()},
        "totals": {**totals, "deaths": {"affected": deaths, "at_risk": len(treated)}},
    }


def by_cycle(events: Sequence[Whole]) -> list[dict[str, Any]]:
    """Per cycle of onset participants, events begun, and participants with a severe related one; None: not known."""
    began: Counter[int | None] = Counter()
    within: dict[int | None, list[tuple[str, Event]]] = {}
    for number, episodes in events:
        began[episodes[0]["cycle"]] += 1
        for episode in episodes:
            within.setdefault(episode["cycle"], []).append((number, episode))
    return [_cycle(cycle, began[cycle], within[cycle])
            for cycle in sorted(within, key=lambda each: (each is None, each))]  # fmt: skip


def _cycle(cycle: int | None, began: int, within: list[tuple[str, Event]]) -> dict[str, Any]:
    return {
        "cycle": cycle,
        "participants": len({number for number, _ in within}),
        "events": began,
        "severe_related": len({number for number, each in within if each["counts"] == "yes"}),
    }


def whole_events(treated: Sequence[Outcome]) -> list[Whole]:
    """Each event with its episodes in order of entry."""
    found: dict[tuple[str, int], list[Event]] = {}
    for each in treated:
        for episode in each["toxicity"]["events"]:
            found.setdefault((each["number"], episode["began_as"]), []).append(episode)
    return [(number, episodes) for (number, _), episodes in found.items()]


def _serious(event: Whole) -> bool:
    return any(episode["serious"] for episode in event[1])


def _affected(events: Iterable[Whole], at_risk: int) -> dict[str, int]:
    return {"affected": len({number for number, _ in events}), "at_risk": at_risk}


def _rows(events: Iterable[Whole], at_risk: int) -> list[dict[str, Any]]:
    """Each term, most participants first."""
    by_term: dict[tuple[str, str, str], list[Whole]] = {}
    for event in events:
        episode = event[1][0]
        by_term.setdefault((episode["term"], episode["select"], episode["words"]), []).append(event)
    rows = [_row(key, found, at_risk) for key, found in by_term.items()]
    return sorted(rows, key=lambda row: (-row["affected"], row["name"]))


def _row(key: tuple[str, str, str], events: list[Whole], at_risk: int) -> dict[str, Any]:
    return {
        "term": key[0],
        "select": key[1],
        "name": dictionary.name_of(*key),
        "category": dictionary.category_of(key[0]),
        **_affected(events, at_risk),
        "events": len(events),
    }
