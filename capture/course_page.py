"""The course of one participant for the participant's page: the response to date in words.

Facts are read as the endpoints read them, of this participant alone: whoever may open the page may see its response.
"""

from capture.matrix import Row
from trial import snapshot
from trial.evaluation.response_to_date import ResponseToDate, response_to_date
from trial.models import Participant
from trial.settings_in_force import settings_in_force


def response_of(participant: Participant, row: Row) -> ResponseToDate | None:
    """The response by the settings of the group; None before registration. row: what is due, by the schedule."""
    facts = snapshot.participants([participant.pk]) if participant.is_registered else []
    if not facts:
        return None
    due = [cell.due for cell in (row.baseline, *row.assessments) if cell]
    return response_to_date(facts[0], due, settings_in_force(participant.group))
