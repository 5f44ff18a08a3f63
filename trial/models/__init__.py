"""The record's models, one file per noun of the clinic."""

from trial.models.account import Delegation, KeptForm, PastPassword, SignIn
from trial.models.acknowledgement import Acknowledgement
from trial.models.adverse_event import AdverseEvent
from trial.models.assessment import Assessment, Lesion, LesionReading
from trial.models.background import Deviation, MedicalHistory, Medication
from trial.models.change import Change, Version
from trial.models.conduct import AuditReview, Hold, Query, QueryMessage, Signature, SourceVerification
from trial.models.criteria_on_record import CriteriaOnRecord
from trial.models.data_cut import DataCut
from trial.models.dictionary import GradeText
from trial.models.dosing import Cycle, DosingPeriod
from trial.models.draft import Draft
from trial.models.edition_approval import EditionApproval
from trial.models.expedited_report import ExpeditedReport, ExpeditedTable
from trial.models.follow_up import Death, FollowUp, OffStudy, OffTreatment, Withdrawal
from trial.models.hormone import HormoneLevel
from trial.models.journal import JournalEntry
from trial.models.not_done import NotDone
from trial.models.participant import EligibilityAnswer, Participant, RegistrationFinding, Waiver
from trial.models.person import Person, Role, Site
from trial.models.problem import ProblemReport
from trial.models.record import ByEdition, RecordRow
from trial.models.redaction import Redaction
from trial.models.saved_form import SavedForm
from trial.models.settings import GroupSettings, Reopening
from trial.models.status import StatusNote
from trial.models.training import AccessReview, Training
from trial.models.visit import BloodPressure, LaboratoryResult, Visit

__all__ = [
    "AccessReview",
    "Acknowledgement",
    "AdverseEvent",
    "Assessment",
    "AuditReview",
    "BloodPressure",
    "ByEdition",
    "Change",
    "CriteriaOnRecord",
    "Cycle",
    "DataCut",
    "Death",
    "Delegation",
    "Deviation",
    "DosingPeriod",
    "Draft",
    "EditionApproval",
    "EligibilityAnswer",
    "ExpeditedReport",
    "ExpeditedTable",
    "FollowUp",
    "GradeText",
    "GroupSettings",
    "Hold",
    "HormoneLevel",
    "JournalEntry",
    "KeptForm",
    "LaboratoryResult",
    "Lesion",
    "LesionReading",
    "MedicalHistory",
    "Medication",
    "NotDone",
    "OffStudy",
    "OffTreatment",
    "Participant",
    "PastPassword",
    "Person",
    "ProblemReport",
    "Query",
    "QueryMessage",
    "RecordRow",
    "Redaction",
    "RegistrationFinding",
    "Reopening",
    "Role",
    "SavedForm",
    "SignIn",
    "Signature",
    "Site",
    "SourceVerification",
    "StatusNote",
    "Training",
    "Version",
    "Visit",
    "Waiver",
    "Withdrawal",
]
