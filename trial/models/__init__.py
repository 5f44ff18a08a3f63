"""The record's models, one file per noun of the clinic."""

from trial.models.audit import Change, JournalEntry, Redaction, SavedForm, Version
from trial.models.base import AppendOnly, ByEdition, RecordRow
from trial.models.casebook.adverse_event import AdverseEvent, ExpeditedReport, ExpeditedTable
from trial.models.casebook.assessment import Assessment, Lesion, LesionReading
from trial.models.casebook.background import Deviation, MedicalHistory, Medication, PriorTherapy
from trial.models.casebook.follow_up import Death, FollowUp, OffStudy, OffTreatment, Withdrawal
from trial.models.casebook.participant import (
    EligibilityAnswer,
    Participant,
    RegistrationFinding,
    ScreenFailure,
    SiteTransfer,
    Waiver,
)
from trial.models.casebook.treatment import Cycle, DosingPeriod
from trial.models.casebook.visit import BloodPressure, HormoneLevel, LaboratoryResult, Visit
from trial.models.conduct import (
    Acknowledgement,
    AuditReview,
    DueItem,
    Hold,
    NotDone,
    Query,
    QueryMessage,
    Signature,
    SourceVerification,
)
from trial.models.laboratories import Laboratory, LaboratoryRange
from trial.models.operations import Draft, FileJob, ProblemReport, StatusNote
from trial.models.passkeys import Passkey, PasskeyUse, SingleSignOn
from trial.models.people import AccessReview, Delegation, PastPassword, Person, Role, SignIn, Site, Training
from trial.models.study import (
    CriteriaOnRecord,
    DataCut,
    EditionApproval,
    GradeText,
    GroupSettings,
    Reopening,
    SettingsProposal,
)
from trial.models.tokens import ApiSecret, ApiToken
