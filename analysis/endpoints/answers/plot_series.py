"""What the plots of one group draw, as plain values. PURE."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from analysis.outcomes.cohort import Cohort, Outcome


def response_of(each: Outcome) -> str:
    """The confirmed response, else the best overall response."""
    return str(each["confirmed"]["response"] if each["confirmed"] else each["best"]["category"])


# More bars than this are thinner than a line can be drawn.
MOST_BARS = 500


def waterfall(cohort: Cohort) -> dict[str, Any]:
    """Best change of the sum per evaluable participant, worst first; of too many every n-th (`stands_for` n)."""
    known = [each for each in cohort.evaluable if each["best_change_percent"] is not None]
    known.sort(key=lambda each: (-float(each["best_change_percent"]), each["number"]))
    stands_for = -(-len(known) // MOST_BARS) or 1
    bars = [
        {"number": each["number"], "change_percent": each["best_change_percent"], "response": response_of(each)}
        for each in known[stands_for // 2 :: stands_for]
    ]
    return {"bars": bars, "participants": len(known), "stands_for": stands_for}


def spider(cohort: Cohort) -> Iterator[dict[str, Any]]:
    """Change of the sum in percent over days since the baseline assessment, from (0, 0); incomplete sums are absent.

    One after the other, since a page draws the first ones only.
    """
    for each in cohort.evaluable:
        points = _points(each)
        if len(points) > 1:
            yield {"number": each["number"], "points": points, "response": response_of(each)}


def _points(each: Outcome) -> list[list[Any]]:
    if each["baseline_on"] is None:
        return []
    known = [row for row in each["assessments"] if row["change_percent"] is not None]
    return [[0, "0.0"], *([_days(each["baseline_on"], row["on"]), row["change_percent"]] for row in known)]


def swimmer(cohort: Cohort) -> Iterator[dict[str, Any]]:
    """Per treated participant dosing periods and marks in days since registration, in order of study number."""
    return (_lane(each) for each in cohort.treated)


def _lane(each: Outcome) -> dict[str, Any]:
    # Days before registration contradict the record, are said elsewhere and have no place on the axis.
    bars = [[max(bar["from_day"], 0), bar["to_day"], bar["level"]] for bar in each["treatment"]["bars"]
            if bar["to_day"] >= 0]  # fmt: skip
    marks = sorted((mark for mark in _marks(each) if mark[0] >= 0), key=lambda mark: mark[0])
    ongoing = each["treatment"]["off_on"] is None and each["dates"]["death"] is None
    return {
        "number": each["number"],
        "treatment": bars,
        "marks": marks,
        "ongoing": ongoing,
        "last_day": max([0, *(bar[1] for bar in bars), *(mark[0] for mark in marks), each["os"]["days"] or 0]),
        "response": response_of(each),
    }


def _marks(each: Outcome) -> list[list[Any]]:
    """[day, kind]: CR or PR where the confirmed response began, response_end, progression, death."""
    start = each["registered_on"]
    marks: list[list[Any]] = [
        [_days(start, on), kind] for kind in ("progression", "death") if (on := each["dates"][kind])
    ]
    if each["confirmed"]:
        marks.append([_days(start, each["confirmed"]["began_on"]), each["confirmed"]["response"]])
    if each["dor"] and each["dor"]["event"]:
        marks.append([_days(start, each["dor"]["on"]), "response_end"])
    return marks


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def hormone_courses(cohort: Cohort) -> dict[str, list[dict[str, Any]]]:
    """Marker → the comparable levels of each participant raised at baseline, in percent of it over days since it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in cohort.outcomes:
        for marker in each["hormones"]:
            if marker["raised"]:
                row = {"number": each["number"], "improved": marker["improved"], "points": _levels(marker)}
                found.setdefault(marker["marker"], []).append(row)
    return dict(sorted(found.items()))


def _levels(marker: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"day": row["day"], "percent": row["percent_of_baseline"], "normal": row["normal"]}
        for row in marker["samples"]
        if row["percent_of_baseline"] is not None and (row["used"] or row["is_baseline"])
    ]


def toxicity_terms(adverse_events: dict[str, Any]) -> dict[str, Any]:
    """Terms with participants by worst grade, most frequent first, and the denominator."""
    rows = [
        {
            "term": row["name"],
            "category": row["category"],
            "counts": {grade: count for grade, count in row["counts"].items() if grade != "unknown"},
            "undetermined": row["counts"]["unknown"],
        }
        for row in adverse_events["terms"]
    ]
    return {"denominator": adverse_events["denominator"], "terms": rows}
