"""One participant's times to event as plain values, with the readings that the sensitivity lines need. PURE."""

from datetime import date
from typing import Any

from analysis.endpoints.time_to_event import DOR, OS, PFS, TTP, ImpossibleDates, TimeToEvent, observe
from trial.protocol import AnalysisSettings
from trial.rules.evaluation.disease import Course
from trial.rules.evaluation.facts import DatedFact

Time = dict[str, Any]
BY_KEY = {"os": OS, "pfs": PFS, "ttp": TTP, "dor": DOR}


def all_times(course: Course, began_on: date | None, settings: AnalysisSettings) -> dict[str, Time | None]:
    """`os`, `pfs`, `ttp` and `dor` (None: no confirmed response)."""
    response = None if began_on is None else DatedFact(began_on, "confirmed response")
    return {
        key: None if key == "dor" and response is None else time(declaration, course, response, settings)
        for key, declaration in BY_KEY.items()
    }


def time(declaration: TimeToEvent, course: Course, response: DatedFact | None, settings: AnalysisSettings) -> Time:
    """days, event, start and end as ISO dates, and why; days None where the dates contradict each other, in words."""
    try:
        seen = observe(declaration, course.dates(response))
    except ImpossibleDates as contradiction:
        # No number follows from such dates; the words take its place until they are corrected.
        return {"days": None, "event": False, "on": None, "start_on": None, "because": str(contradiction),
                "entry": ""}
    found: Time = {
        "days": seen.days,
        "event": seen.event,
        "on": seen.end_on.isoformat(),
        "start_on": seen.start_on.isoformat(),
        "because": seen.because,
        "entry": seen.entry,
    }
    return _truncated(found, seen.start_on, settings.truncate_after_days)


def _truncated(found: Time, start_on: date, limit: int | None) -> Time:
    if limit is None or found["days"] <= limit:
        return found
    on = date.fromordinal(start_on.toordinal() + limit)
    return {**found, "days": limit, "event": False, "on": on.isoformat(),
            "because": f"censored: follow-up truncated after {limit} days"}  # fmt: skip


def censored_at_new_therapy(
    course: Course, began_on: date | None, settings: AnalysisSettings
) -> dict[str, Time | None] | None:
    """The times as if nothing were known after new therapy began; None when there was none (nothing differs)."""
    if course.new_therapy is None:
        return None
    return _without_survival(all_times(course.until(course.new_therapy.on), began_on, settings))


def censored_after_missed_assessments(
    course: Course, began_on: date | None, settings: AnalysisSettings
) -> dict[str, Time | None] | None:
    """The times with an event censored when it follows a gap longer than the setting; None when there is none."""
    found: dict[str, Time | None] = {}
    for key, ends in (("pfs", (course.progression, course.death)), ("ttp", (course.progression,))):
        on = _last_before_gap(course, ends, settings)
        if on is not None:
            found[key] = time(BY_KEY[key], course.until(on), None, settings)
            if key == "ttp" and began_on is not None:
                response = DatedFact(began_on, "confirmed response")
                found["dor"] = time(DOR, course.until(max(on, began_on)), response, settings)
    return found or None


def _last_before_gap(course: Course, ends: tuple[DatedFact | None, ...], settings: AnalysisSettings) -> date | None:
    """The last assessment (or registration) before the first event, if the gap between them is too long."""
    event_on = min((each.on for each in ends if each is not None), default=None)
    if event_on is None:
        return None
    before = [each.on for each in course.assessments if each.on < event_on]
    last = max([course.registration.on, *before])
    return last if (event_on - last).days > settings.missed_assessments_days else None


def _without_survival(times: dict[str, Time | None]) -> dict[str, Time | None]:
    """Overall survival is never censored at new therapy."""
    return {key: value for key, value in times.items() if key != "os"}
