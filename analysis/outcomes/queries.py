"""What the analysis asks the site: differences, impossible sequences, values that decide an endpoint and are missing.

PURE. A query is {code, words, assessment_id (None: not about one assessment)} and, where it is about one entry of
another form, that form's kind, the id of the entry and the field.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation import disease, response
from trial.rules.evaluation.disease import Course
from trial.rules.evaluation.facts import ParticipantFact
from trial.rules.evaluation.response import Assessed
from trial.rules.response import recist
from trial.rules.response.confirmation import RESPONSES
from trial.rules.response.recist import IN_FORCE

Query = dict[str, Any]


def query(code: str, words: str, assessment_id: int | None = None, **entry: Any) -> Query:
    """One question as plain values; entry: `form`, `row_id` and `field` where it is about one entry."""
    return {"code": code, "words": words, "assessment_id": assessment_id, **entry}


def of_assessments(
    assessed: Assessed, investigator: Mapping[int, str], reported_on: date | None = None
) -> list[Query]:
    """Responses that differ from the investigator's, and sequences that cannot occur.

    reported_on: the day of a radiological progression reported at a contact.
    """
    return _differences(assessed, investigator) + _illogical(assessed, reported_on)


def of_missing_readings(participant: ParticipantFact) -> list[Query]:
    """Follow-up assessments without a word on a lesion that the baseline has, as after a lesion was added to it."""
    found = response.lacking(participant)
    return [
        query("reading_missing", f"No measurement of {', '.join(found[each.id])} on {shown(each.assessed_on)}", each.id)
        for each in participant.assessments if each.id in found
    ]  # fmt: skip


def _differences(assessed: Assessed, investigator: Mapping[int, str]) -> list[Query]:
    return [
        query(
            "response_differs",
            f"The investigator's response on {shown(scan.dated_on)} is {opinion}, computed is {scan.because}",
            scan.assessment_id,
        )
        for scan in assessed
        if (opinion := investigator.get(scan.assessment_id, "")) and opinion != scan.overall.value
    ]


def _illogical(assessed: Assessed, reported_on: date | None) -> list[Query]:
    """Each finding belongs to the assessment with which it first appears."""
    asked: list[Query] = []
    for place, scan in enumerate(assessed, start=1):
        for words in recist.illogical(assessed[:place], reported_on)[len(asked) :]:
            asked.append(query("illogical_sequence", f"{words} on {shown(scan.dated_on)}", scan.assessment_id))
    return asked


def of_doses(
    participant: ParticipantFact, assessed: Assessed, course: Course, settings: AnalysisSettings
) -> list[Query]:
    """Responses too late after the last dose on record, while treatment has not ended: is a cycle missing?"""
    last = participant.last_dose_on
    if last is None or participant.off_treatment is not None or participant.death is not None:
        return []
    until = last + timedelta(settings.response_days_after_last_dose)
    words = f"the last dose recorded is on {shown(last)}, and treatment has not ended: is a cycle missing?"
    return [
        query("response_beyond_doses", f"{scan.overall.value} on {shown(scan.dated_on)}, {words}", scan.assessment_id)
        for scan in assessed
        if scan.overall in RESPONSES and scan.dated_on > until
        and (course.progression is None or scan.dated_on < course.progression.on)
    ]  # fmt: skip


def of_follow_up(participant: ParticipantFact, course: Course) -> list[Query]:
    """Clinical progression without a scan, and facts dated after death."""
    asked = [
        query(
            "clinical_progression",
            f"Clinical progression was reported on {shown(contact.contacted_on)}: symptomatic deterioration is no "
            f"progression by {IN_FORCE.name}. Was a scan done?",
            form="follow_up", row_id=contact.id, field="progression",
        )  # fmt: skip
        for contact in participant.follow_ups
        if contact.progression == "clinical"
    ]
    off = participant.off_treatment
    if off is not None and off.reason == "progression" and course.progression is None:
        asked.append(query("progression_not_seen", f"Treatment ended on {shown(off.off_on)} for progression, but no "
                           "assessment shows it.", form="off_treatment", row_id=off.id, field="reason"))  # fmt: skip
    return asked + _after_death(participant, course)


def _after_death(participant: ParticipantFact, course: Course) -> list[Query]:
    alive = course.last_known_alive
    if participant.death is None or alive is None or not disease.surely_before(participant.death.died_on, alive.on):
        return []
    words = f"Died {participant.death.died_on}, but {alive.because} is recorded on {shown(alive.on)}."
    return [query("alive_after_death", words, form="death", row_id=participant.death.id, field="died_on")]
