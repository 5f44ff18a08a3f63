"""What a participant was like at registration, as the first table of a report shows it. PURE.

Free text (primary site, syndrome, prior therapy) is in no count: it has no codes, and text that results are made of
could not be redacted.
"""

from datetime import date
from typing import Any

from trial.rules.dates.partial_date import age
from trial.rules.evaluation.facts import MedicationFact, ParticipantFact

ANALOGUE = "somatostatin_analogue"


def derive(participant: ParticipantFact) -> dict[str, Any]:
    """age in completed years (None: not known to the year), codes, organs with a lesion at baseline, and whether a
    somatostatin analog was taken at registration."""
    on = participant.registered_on
    return {
        "age": age(participant.born_on, on),
        "sex": participant.sex,
        "race": participant.race,
        "ethnicity": participant.ethnicity,
        "ecog": participant.ecog,
        "tumor_type": participant.tumor_type,
        "organs": sorted({lesion.organ for lesion in participant.lesions}),
        "analog": any(_taken(each, on) for each in participant.medications),
    }


def _taken(medication: MedicationFact, on: date) -> bool:
    """Whether it surely began by the day, and had not surely ended before it."""
    if medication.kind != ANALOGUE or medication.started_on is None or medication.started_on.latest() > on:
        return False
    return medication.stopped_on is None or medication.stopped_on.latest() >= on
