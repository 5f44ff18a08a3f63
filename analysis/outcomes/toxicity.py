"""One participant's adverse events since the first dose, and whether any is the registry's toxicity. PURE.

Counted: at least one event of grade ≥ 3 with attribution possible, probable or definite, begun on or after the day of
the first dose and up to 2 years from registration [registry]; by the sensitivity line only to 30 days after the last
dose [our reading]. An event that was there before treatment counts only once its grade is above the one that it had
then. A missing grade or attribution that could decide is "undetermined".
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from analysis.outcomes.dictionary import name_of
from analysis.outcomes.queries import query
from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation.facts import AdverseEventFact, ParticipantFact

YES, NO, UNDETERMINED = "yes", "no", "undetermined"


def derive(participant: ParticipantFact, settings: AnalysisSettings) -> dict[str, Any]:
    """`status` (yes, no, undetermined) with why, and each event that counts as plain values; empty when untreated.

    read_on: the day that the onset was read as, the earliest possible on or after the first dose. near: status and
    events of those soon enough after the last dose, for the sensitivity line.
    """
    if participant.first_dose_on is None:
        nothing = {"status": NO, "events": 0}
        return {"status": NO, "because": "no dose taken", "events": [], "terms": [], "near": nothing}
    by_id = {event.id: event for event in participant.adverse_events}
    events = [
        event
        for reported in participant.adverse_events
        if (event := _since_treatment(reported, by_id, participant, settings)) is not None
    ]
    status, because = _status(events)
    near = [event for event in events if event["near"]]
    return {"status": status, "because": because, "events": events, "terms": terms(events),
            "near": {"status": _status(near)[0], "events": len(near)}}  # fmt: skip


def _since_treatment(
    event: AdverseEventFact, by_id: Mapping[int, AdverseEventFact], participant: ParticipantFact,
    settings: AnalysisSettings,
) -> dict[str, Any] | None:  # fmt: skip
    """The event as plain values; None when it began too early or too late, or is no worse than at baseline."""
    first, last = participant.first_dose_on, participant.last_dose_on
    assert first is not None and last is not None
    inside, flag = _inside(event, first, participant.two_years_on)
    near, _ = _inside(event, first, last + timedelta(settings.toxicity_days_after_last_dose))
    worse = _worse_than_baseline(event, by_id, first)
    if not inside or worse == NO:
        return None
    return {
        "id": event.id,
        "began_as": [*_episodes_back(event, by_id)][-1].id,
        "term": event.term,
        "select": event.select,
        "words": event.other_words,
        "grade": event.grade,
        "attribution": event.attribution,
        "serious": bool(event.serious),
        "onset_on": event.onset_on.stored() if event.onset_on else None,
        "read_on": max(event.onset_on.earliest(), first).isoformat() if event.onset_on else None,
        "cycle": _cycle_of_onset(event, participant),
        "related": _reaches(event.attribution, settings.toxicity_attribution) == YES,
        "counts": _counts(event, worse, settings),
        "near": near,
        "flag": flag,
    }


def _inside(event: AdverseEventFact, first: date, last: date) -> tuple[bool, str]:
    """Whether the onset can lie between these days, and how it was read where that is not certain."""
    if event.onset_on is None:
        ended_before = event.resolved_on is not None and event.resolved_on.latest() < first
        return not ended_before, "onset not on record: read as after the first dose"
    earliest, latest = event.onset_on.earliest(), event.onset_on.latest()
    inside = latest >= first and earliest <= last
    certain = earliest >= first and latest <= last
    return inside, "" if certain else f"partial onset {event.onset_on} read as after the first dose"


def _cycle_of_onset(event: AdverseEventFact, participant: ParticipantFact) -> int | None:
    """The cycle that the onset lies in, a cycle lasting until the next begins; where its date leaves that open, the
    cycle that the site named."""
    if event.onset_on is None:
        return event.cycle_number
    begun = sorted((cycle.started_on, cycle.number) for cycle in participant.cycles)
    possible = {
        max((number for started_on, number in begun if started_on <= on), default=None)
        for on in (event.onset_on.earliest(), event.onset_on.latest())
    }
    return possible.pop() if len(possible) == 1 else event.cycle_number


def _worse_than_baseline(event: AdverseEventFact, by_id: Mapping[int, AdverseEventFact], first: date) -> str:
    """YES for an event that was absent before treatment or is graded higher now; UNDETERMINED without a grade."""
    before = next((episode for episode in _episodes_back(event, by_id) if _was_there(episode, first)), None)
    if before is None:
        return YES
    if before.id == event.id:
        return NO
    if before.grade is None or event.grade is None:
        return UNDETERMINED
    return YES if event.grade > before.grade else NO


def _was_there(event: AdverseEventFact, first: date) -> bool:
    """Before the first dose: said by the site, or surely by its onset."""
    return event.present_at_baseline or (event.onset_on is not None and event.onset_on.latest() < first)


def _episodes_back(event: AdverseEventFact, by_id: Mapping[int, AdverseEventFact]) -> Iterator[AdverseEventFact]:
    """The episode and those it continues, back to the first; a chain that runs in a circle ends where it began."""
    seen = {event.id}
    yield event
    while (before := event.continues_id) is not None and before in by_id and before not in seen:
        event = by_id[before]
        seen.add(event.id)
        yield event


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
        deciding = [event for event in events if event["counts"] == status]
        if deciding:
            return status, "; ".join(_in_words(event) for event in deciding)
    return NO, "no event of this grade and attribution since the first dose"


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
    by_term: dict[tuple[str, str, str], dict[str, Any]] = {}
    for event in events:
        key = (event["term"], event["select"], event["words"])
        term = by_term.setdefault(key, {**dict(zip(("term", "select", "words"), key, strict=True)), **_NOTHING})
        term["any_related"] = term["any_related"] or bool(event["related"])
        term["worst"] = _higher(term["worst"], event["grade"])
        if event["related"]:
            term["worst_related"] = _higher(term["worst_related"], event["grade"])
        term["attribution"] = _higher(term["attribution"], event["attribution"])
        term["undetermined"] = term["undetermined"] or event["counts"] == UNDETERMINED
        term["counts"] = term["counts"] or event["counts"] == YES
    return sorted(by_term.values(), key=lambda value: (value["term"], value["select"], value["words"]))


_NOTHING: dict[str, Any] = {
    "worst": None, "worst_related": None, "any_related": False, "attribution": None, "undetermined": False,
    "counts": False,
}  # fmt: skip


def _higher(one: int | None, other: int | None) -> int | None:
    return max((grade for grade in (one, other) if grade is not None), default=None)


def beyond_last_dose(participant: ParticipantFact, settings: AnalysisSettings) -> list[dict[str, Any]]:
    """Events too late after the last dose on record, while treatment is not on record as ended: is a cycle missing?"""
    last = participant.last_dose_on
    if last is None or participant.off_treatment is not None or participant.death is not None:
        return []
    until = last + timedelta(settings.toxicity_days_after_last_dose)
    return [
        query(
            "event_beyond_doses",
            f"{name_of(event.term, event.select, event.other_words)} began on {event.onset_on}, the last dose recorded "
            f"is on {shown(last)}, and treatment has not ended: is a cycle missing?",
        )
        for event in participant.adverse_events
        if event.onset_on is not None and event.onset_on.earliest() > until
    ]


def queries_of(toxicity: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A missing grade or attribution of an event that counts is asked for."""
    return [
        query(f"{what}_missing", f"{_name(event)}: the {what} is not on record.", form="adverse_event",
              row_id=event["id"], field=what)  # fmt: skip
        for event in toxicity["events"]
        for what in ("grade", "attribution")
        if event[what] is None
    ]


def _name(event: Mapping[str, Any]) -> str:
    return name_of(event["term"], event["select"], event["words"])
