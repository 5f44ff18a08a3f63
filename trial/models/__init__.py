"""The record's models, one file per noun of the clinic."""

from trial.models.assessment import Assessment, Lesion, LesionReading
from trial.models.change import Change, Version
from trial.models.dosing import Cycle, DosingPeriod
from trial.models.participant import EligibilityAnswer, Participant, RegistrationFinding, Waiver
from trial.models.person import Person, Role, Site
from trial.models.record import RecordRow

__all__ = [
    "Assessment", "Change", "Cycle", "DosingPeriod", "EligibilityAnswer", "Lesion", "LesionReading", "Participant",
    "Person", "RecordRow", "RegistrationFinding", "Role", "Site", "Version", "Waiver",
]  # fmt: skip
