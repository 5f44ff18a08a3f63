"""One participant's adverse events on treatment, and whether any is the toxicity that the registry counts. PURE.

Counted: at least one event on treatment of grade ≥ 3 with attribution possible, probable or definite [registry].
On treatment [our reading]: onset from the first dose to 30 days after the last; an event that was present at baseline
only once its grade is above the grade at baseline. A missing grade or attribution that could decide is "undetermined".
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from analysis.endpoints.dictionary import name_of
from trial.evaluation.record import AdverseEventFact, ParticipantFact
from trial.evaluation.settings import AnalysisSettings
from trial.partial_date import shown

YES, NO, UNDETERMINED = "yes", "no", "undetermined"


def derive(participant: ParticipantFact, settings: AnalysisSettings) -> dict[str, Any]:
    """`status` (yes, no, undetermined) with why, and each event on treatment as plain values; empty when untreated."""
    if participant.first_dose_on is None:
        return {"status": NO, "because": "no dose taken", "events": [], "terms": []}
    by_id = {each.id: each for each in participant.adverse_events}
    found = [
        event
        for each in participant.adverse_events
        if (event := _on_treatment(each, by_id, participant, settings)) is not None
    ]
    status, because = _status(found)
    return {"status": status, "because": because, "events": found, "terms": terms(found)}


def _on_treatment(
    event: AdverseEventFact, by_id: Mapping[int, AdverseEventFact], participant: ParticipantFact,
    settings: AnalysisSettings,
) -> dict[str, Any] | None:  # fmt: skip
    """The event as plain values; None when it is not on treatment or no worse than at baseline."""
    first, last = participant.first_dose_on, participant.last_dose_on
    assert first is not None and last is not None
    inside, flag = _inside(event, first, last + timedelta(settings.toxicity_days_after_last_dose))
    worse = _worse_than_baseline(event, by_id)
    if not inside or worse == NO:
        return None
    return {
        "id": event.id,
        "term": event.term,
        "select": event.select,
        "words": event.other_words,
        "grade": event.grade,
        "attribution": event.attribution,
        "onset_on": event.onset_on.stored() if event.onset_on else None,
        "related": _reaches(event.attribution, settings.toxicity_attribution) == YES,
        "counts": _counts(event, worse, settings),
        "flag": flag,
    }


def _inside(event: AdverseEventFact, first: date, last: date) -> tuple[bool, str]:
    """Whether the onset can lie on treatment, and how it was read where that is not certain."""
    if event.onset_on is None:
        ended_before = event.resolved_on is not None and event.resolved_on.latest() < first
        return not ended_before, "onset not on record: read as on treatment"
    earliest, latest = event.onset_on.earliest(), event.onset_on.latest()
    inside = latest >= first and earliest <= last
    certain = earliest >= first and latest <= last
    return inside, "" if certain else f"partial onset {event.onset_on} read as on treatment"


def _worse_than_baseline(event: AdverseEventFact, by_id: Mapping[int, AdverseEventFact]) -> str:
    """YES for an event that was absent at baseline or is graded higher now; UNDETERMINED when a grade is missing."""
    root = _root(event, by_id)
    if not root.present_at_baseline:
        return YES
    if root.id == event.id:
        return NO
    if root.grade is None or event.grade is None:
        return UNDETERMINED
    return YES if event.grade > root.grade else NO


def _root(event: AdverseEventFact, by_id: Mapping[int, AdverseEventFact]) -> AdverseEventFact:
    """The first episode; a chain that runs in a circle ends where it began."""
    seen = {event.id}
    while (before := event.continues_id) is not None and before in by_id and before not in seen:
        event = by_id[before]
        seen.add(event.id)
    return event


def _counts(event: AdverseEventFact, worse: str, settings: AnalysisSettings) -> str:
    """Whether the event is severe and related; what is missing decides only when the rest does not rule it out."""
    severe = _reaches(event.grade, settings.toxicity_grade)
    related = _reaches(event.attribution, settings.toxicity_attribution)
    answers = (severe, related, worse)
    if NO in answers:
        return NO
    return YES if answers == (YES, YES, YES) else UNDETERMINED


def _reaches(value: int | None, threshold: int) -> str:
    if value is None:
        return UNDETERMINED
    return YES if value >= threshold else NO


def _status(events: list[dict[str, Any]]) -> tuple[str, str]:
    for status in (YES, UNDETERMINED):
        found = [each for each in events if each["counts"] == status]
        if found:
            return status, "; ".join(_in_words(each) for each in found)
    return NO, "no event on treatment of this grade and attribution"


def _in_words(event: Mapping[str, Any]) -> str:
    grade = "grade not on record" if event["grade"] is None else f"grade {event['grade']}"
    related = "attribution not on record" if event["attribution"] is None else f"attribution {event['attribution']}"
    onset = f" from {_shown(event['onset_on'])}" if event["onset_on"] else ""
    return f"{event['words'] or event['term']}: {grade}, {related}{onset}"


def _shown(stored: str) -> str:
    return shown(date.fromisoformat(stored)) if len(stored) == 10 else stored


def terms(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per term the worst grade of this participant, once: over all events, and over the related ones.

    worst, worst_related: None when no grade of the term is known. undetermined: some grade or attribution is missing.
    """
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for each in events:
        key = (each["term"], each["select"], each["words"])
        term = found.setdefault(key, {**dict(zip(("term", "select", "words"), key, strict=True)), **_NOTHING})
        term["any_related"] = term["any_related"] or bool(each["related"])
        term["worst"] = _higher(term["worst"], each["grade"])
        if each["related"]:
            term["worst_related"] = _higher(term["worst_related"], each["grade"])
        term["attribution"] = _higher(term["attribution"], each["attribution"])
        term["undetermined"] = term["undetermined"] or each["counts"] == UNDETERMINED
        term["counts"] = term["counts"] or each["counts"] == YES
    return sorted(found.values(), key=lambda each: (each["term"], each["select"], each["words"]))


_NOTHING: dict[str, Any] = {
    "worst": None, "worst_related": None, "any_related": False, "attribution": None, "undetermined": False,
    "counts": False,
}  # fmt: skip


def _higher(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)


def queries_of(toxicity: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A missing grade or attribution of an event on treatment is asked for."""
    from analysis.endpoints.queries import query

    return [
        query(f"{what}_missing", f"{_name(event)}: the {what} is not on record.", form="adverse_event",
              row_id=event["id"], field=what)  # fmt: skip
        for event in toxicity["events"]
        for what in ("grade", "attribution")
        if event[what] is None
    ]


def _name(event: Mapping[str, Any]) -> str:
    return name_of(event["term"], event["select"], event["words"])
