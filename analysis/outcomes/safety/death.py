"""One participant's death: its cause, how long after the last dose, and whether the treatment may have caused it. PURE.

Related: the death form names the toxicity of the treatment as cause, or a fatal event (grade 5) is possibly related or
more, whenever it began [our reading]; neither cause nor attribution on record leaves it open.
"""

from typing import Any

from trial.protocol import AnalysisSettings
from trial.rules.evaluation.disease import Course
from trial.rules.evaluation.facts import ParticipantFact

FATAL = 5
TOXIC, UNKNOWN = "toxicity", "unknown"
YES, NO, UNDETERMINED = "yes", "no", "undetermined"


def derive(participant: ParticipantFact, course: Course, settings: AnalysisSettings) -> dict[str, Any] | None:
    """id, day (ISO) and cause of the death, days from the last dose (None: none taken), related (yes, no,
    undetermined), and the fatal events; None for somebody not known to have died."""
    if participant.death is None or course.death is None:
        return None
    last = participant.last_dose_on
    fatal = [event for event in participant.adverse_events if event.grade == FATAL]
    attributions = [event.attribution for event in fatal]
    return {
        "id": participant.death.id,
        "on": course.death.on.isoformat(),
        "cause": participant.death.cause,
        "days_from_last_dose": (course.death.on - last).days if last else None,
        "related": _related(participant.death.cause, attributions, settings) if participant.treated else NO,
        "events": [{"id": event.id, "term": event.term, "select": event.select, "words": event.other_words,
                    "attribution": event.attribution} for event in fatal],
    }  # fmt: skip


def _related(cause: str, attributions: list[int | None], settings: AnalysisSettings) -> str:
    possible = [known for known in attributions if known is not None and known >= settings.toxicity_attribution]
    if cause == TOXIC or possible:
        return YES
    return UNDETERMINED if None in attributions or (cause == UNKNOWN and not attributions) else NO
