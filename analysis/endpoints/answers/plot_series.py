"""What the plots of one group draw, as plain values. PURE."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from analysis.outcomes.cohort import Cohort, Outcome


def response_of(outcome: Outcome) -> str:
    """The confirmed response, else the best overall response."""
    return str(outcome["confirmed"]["response"] if outcome["confirmed"] else outcome["best"]["category"])


# More bars than this are thinner than a line can be drawn.
MOST_BARS = 500


def waterfall(cohort: Cohort) -> dict[str, Any]:
    """Best change of the sum per evaluable participant, worst first; of too many every n-th (`stands_for` n)."""
    known = [outcome for outcome in cohort.evaluable if outcome["best_change_percent"] is not None]
    known.sort(key=lambda outcome: (-float(outcome["best_change_percent"]), outcome["number"]))
    stands_for = -(-len(known) // MOST_BARS) or 1
    bars = [
        {"number": outcome["number"], "change_percent": outcome["best_change_percent"],
         "response": response_of(outcome)}
        for outcome in known[stands_for // 2 :: stands_for]
    ]  # fmt: skip
    return {"bars": bars, "participants": len(known), "stands_for": stands_for}


def notes(outcome: Outcome) -> tuple[str, ...]:
    """What the best change does not say: a new lesion at an assessment that it is looked for among, a response that
    nothing confirmed, treatment that goes on."""
    # A result of an earlier version does not tell which assessments those are.
    among = outcome["assessments"][: outcome.get("best_change_assessments")]
    facts = {
        "new": any(row["new_lesions"] == "YES" for row in among),
        "unconfirmed": not outcome["confirmed"] and outcome["best_unconfirmed"]["category"] in ("CR", "PR"),
        "ongoing": _is_ongoing(outcome),
    }
    return tuple(code for code, holds in facts.items() if holds)


def not_drawn(cohort: Cohort) -> dict[str, int]:
    """Best response → how many of the evaluable have no bar, most first."""
    without = Counter(outcome["best"]["category"] for outcome in cohort.evaluable
                      if outcome["best_change_percent"] is None)  # fmt: skip
    return dict(without.most_common())


def _is_ongoing(outcome: Outcome) -> bool:
    return bool(outcome["treatment"]["first_dose_on"]) and not outcome["treatment"]["off_reason"]


def spider(cohort: Cohort) -> Iterator[dict[str, Any]]:
    """Points [day since baseline, change of the sum in percent, response, whether a new lesion was seen], from the
    baseline's [0, "0.0", "", False]; assessments without a complete sum are absent.

    One after the other, since a page draws the first ones only.
    """
    for outcome in cohort.evaluable:
        points = _points(outcome)
        if len(points) > 1:
            yield {"number": outcome["number"], "points": points, "response": response_of(outcome)}


def _points(outcome: Outcome) -> list[list[Any]]:
    if outcome["baseline_on"] is None:
        return []
    known = [row for row in outcome["assessments"] if row["change_percent"] is not None]
    return [[0, "0.0", "", False], *([_days(outcome["baseline_on"], row["on"]), row["change_percent"], row["overall"],
                                      row["new_lesions"] == "YES"] for row in known)]  # fmt: skip


def swimmer(cohort: Cohort) -> Iterator[dict[str, Any]]:
    """Per treated participant dosing periods and marks in days since registration, in order of study number."""
    return (_lane(outcome) for outcome in cohort.treated)


def _lane(outcome: Outcome) -> dict[str, Any]:
    # Days before registration are inconsistent, listed elsewhere, and not on the axis.
    bars = [(max(bar["from_day"], 0), bar["to_day"], bar["level"]) for bar in outcome["treatment"]["bars"]
            if bar["to_day"] >= 0]  # fmt: skip
    marks = sorted((mark for mark in _marks(outcome) if mark[0] >= 0), key=lambda mark: mark[0])
    ongoing, is_dead = _is_ongoing(outcome), outcome["dates"]["death"] is not None
    return {
        "number": outcome["number"],
        "treatment": tuple(bars),
        "marks": tuple(marks),
        "ongoing": ongoing,
        "last_day": max([0, *(bar[1] for bar in bars), *(mark[0] for mark in marks), outcome["os"]["days"] or 0]),
        "response": _response_days(outcome),
        "off": outcome["treatment"]["off_reason"] or "",
        "is_alive": not ongoing and not is_dead and outcome.get("alive_at_last_contact") is True
        and outcome["treatment"]["off_reason"] != "death",
    }


def _response_days(outcome: Outcome) -> tuple[int, int] | None:
    """First and last day of the confirmed response; None without one, or where its days contradict each other."""
    if not outcome["confirmed"] or not outcome["dor"] or outcome["dor"]["days"] is None:
        return None
    first = _days(outcome["registered_on"], outcome["confirmed"]["began_on"])
    return first, first + outcome["dor"]["days"]


def _marks(outcome: Outcome) -> list[tuple[int, str]]:
    """(day, kind): CR or PR where the confirmed response began, response_end, progression, death."""
    start = outcome["registered_on"]
    marks = [(_days(start, on), kind) for kind in ("progression", "death") if (on := outcome["dates"][kind])]
    if outcome["confirmed"]:
        marks.append((_days(start, outcome["confirmed"]["began_on"]), outcome["confirmed"]["response"]))
    if outcome["dor"] and outcome["dor"]["event"]:
        marks.append((_days(start, outcome["dor"]["on"]), "response_end"))
    return marks


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def hormone_courses(cohort: Cohort) -> dict[str, list[dict[str, Any]]]:
    """Marker → the comparable levels of each participant raised at baseline, in percent of it over days since it."""
    courses: dict[str, list[dict[str, Any]]] = {}
    for outcome in cohort.outcomes:
        for marker in outcome["hormones"]:
            if marker["raised"]:
                row = {"number": outcome["number"], "improved": marker["improved"], "points": _levels(marker)}
                courses.setdefault(marker["marker"], []).append(row)
    return dict(sorted(courses.items()))


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
