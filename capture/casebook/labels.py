"""Where in the casebook a query, verification or freeze belongs: what the place is called and where it opens."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.urls import reverse

from capture.casebook import history
from capture.casebook.forms.assessment import FollowUpHeadForm, HeadForm
from capture.casebook.forms.registration import CorrectionForm
from capture.casebook.forms.treatment import CycleForm
from capture.casebook.registry import CASEBOOK, ENTRY_FORMS
from trial import protocol
from trial.models import Assessment, Cycle, Lesion, Participant
from trial.protocol import ctcae_v3
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.rules.dates import partial_date
from trial.rules.typed_text import key

# table → words
TABLE_TITLES: dict[str, str] = {
    "trial_participant": "Screening and registration",
    "trial_eligibilityanswer": "Eligibility answer",
    "trial_waiver": "Waiver",
    "trial_registrationfinding": "Registration issue",
    "trial_cycle": "Cycle",
    "trial_dosingperiod": "Dosing period",
    "trial_assessment": "Tumor assessment",
    "trial_lesion": "Lesion",
    "trial_lesionreading": "Measurement",
    "trial_visit": "Visit at cycle start",
    "trial_laboratoryresult": "Laboratory result",
    "trial_bloodpressure": "Blood pressure",
    "trial_adverseevent": "Adverse event",
    "trial_hormonelevel": "Hormone level",
    "trial_medication": "Concomitant medication",
    "trial_medicalhistory": "Medical history",
    "trial_deviation": "Protocol deviation",
    "trial_notdone": "Not done",
    "trial_expeditedreport": "Expedited report",
    "trial_expeditedtable": "Expedited reporting rules",
    "trial_offtreatment": "Off treatment",
    "trial_followup": "Follow-up",
    "trial_death": "Death",
    "trial_withdrawal": "Withdrawal of consent",
    "trial_offstudy": "Off study",
    "trial_acknowledgement": "Soft check explanation",
    "trial_query": "Query",
    "trial_querymessage": "Query message",
    "trial_sourceverification": "Source data verification",
    "trial_hold": "Freeze or lock",
    "trial_signature": "Signature",
    "trial_auditreview": "Audit trail review",
    "trial_groupsettings": "Analysis settings",
    "trial_reopening": "Accrual reopening",
    "trial_datacut": "Data cut",
    "trial_site": "Site",
    "trial_delegation": "Signing delegation",
    "trial_person": "Account",
    "trial_training": "Training",
    "trial_problemreport": "Problem report",
    "trial_accessreview": "Access rights review",
    "trial_editionapproval": "Form version approval",
    "trial_redaction": "Redaction",
}

# table → (kind in the address of an entry's history, column of the version that holds the entry's id)
HISTORY_OF: dict[str, tuple[str, str]] = {
    "trial_participant": ("registration", "id"),
    "trial_eligibilityanswer": ("registration", "participant_id"),
    "trial_waiver": ("waiver", "id"),
    "trial_registrationfinding": ("finding", "id"),
    "trial_cycle": ("cycle", "id"),
    "trial_dosingperiod": ("cycle", "cycle_id"),
    "trial_assessment": ("assessment", "id"),
    "trial_lesionreading": ("assessment", "assessment_id"),
    "trial_visit": ("visit", "id"),
    "trial_laboratoryresult": ("visit", "visit_id"),
    "trial_bloodpressure": ("blood_pressure", "id"),
    "trial_adverseevent": ("adverse_event", "id"),
    "trial_hormonelevel": ("hormone", "id"),
    "trial_medication": ("medication", "id"),
    "trial_medicalhistory": ("history", "id"),
    "trial_deviation": ("deviation", "id"),
    "trial_notdone": ("not_done", "id"),
    "trial_expeditedreport": ("expedited_report", "id"),
    "trial_offtreatment": ("off_treatment", "id"),
    "trial_followup": ("follow_up", "id"),
    "trial_death": ("death", "id"),
    "trial_withdrawal": ("withdrawal", "id"),
    "trial_offstudy": ("off_study", "id"),
}


def title(table: str) -> str:
    """What the table is called; its own name for one that is not known here."""
    return TABLE_TITLES.get(table, table)


TITLES = {form.kind: form.title for form in CASEBOOK}
_FORM_CLASSES: dict[str, Any] = {
    "registration": CorrectionForm, "cycle": CycleForm, "baseline": HeadForm, "follow_up_scan": FollowUpHeadForm,
    **{kind: book.form for kind, book in ENTRY_FORMS.items()},
}  # fmt: skip
_ITEMS = {item.code: item.words for item in protocol.ELIGIBILITY}
Key = tuple[str, int | None]


@dataclass(frozen=True)
class Place:
    """An entry of the casebook in words, and its page."""

    title: str
    url: str


def field_label(kind: str, field: str) -> str:
    """What a field of a form is called on its page; empty for the form as a whole."""
    if field.startswith("lab-"):
        return ANALYTES.get(field.removeprefix("lab-"), field)
    if field.startswith("lesion"):
        found = Lesion.objects.filter(pk=key(field[6:])).first()
        return str(found or field)
    if field.partition("_")[2] in _ITEMS:
        return _ITEMS[field.partition("_")[2]]
    declared = getattr(_FORM_CLASSES.get(kind), "base_fields", {}).get(field)
    words = declared.label if declared is not None and declared.label else field.replace("_", " ")
    return str(words)[:1].upper() + str(words)[1:]


def places(items: Iterable[Any]) -> dict[Key, Place]:
    """(form, row id) → place, of things with participant, form and row_id; one query per form, however many."""
    by_form: dict[str, dict[int | None, Participant]] = defaultdict(dict)
    for item in items:
        by_form[item.form][item.row_id] = item.participant
    found: dict[Key, Place] = {}
    for kind, owners in by_form.items():
        rows = _rows(kind, [key for key in owners if key is not None])
        for row_id, participant in owners.items():
            found[(kind, row_id)] = place(participant, kind, rows.get(row_id or 0))
    return found


def place(participant: Participant, kind: str, row: Any) -> Place:
    """The place of one entry; row None: the form as a whole."""
    title = TITLES.get(kind, kind)
    if kind == "registration":
        return Place(title, reverse("capture:correct", args=[participant.reference]))
    if row is None:
        return Place(title, reverse("capture:participant", args=[participant.reference]))
    if kind == "cycle":
        return Place(f"Cycle {row.number}", reverse("capture:cycle", args=[participant.reference, row.number]))
    if kind in ENTRY_FORMS:
        url = reverse("capture:entry", args=[participant.reference, kind, row.pk])
        return Place(f"{title} {_day(getattr(row, ENTRY_FORMS[kind].dated_by))}".strip(), url)
    url = reverse("capture:assessment", args=[participant.reference, row.pk])
    return Place(f"{title} {_day(row.assessed_on)}", url)


def row_of(participant: Participant, kind: str, row_id: int | None) -> Any:
    """The entry itself; None when this participant has no such entry."""
    if kind == "registration":
        return participant
    found = _rows(kind, [row_id]).get(row_id) if row_id is not None else None
    return found if found is not None and found.participant_id == participant.pk else None


def rows_of(participant: Participant, kind: str, row: Any) -> list[Model]:
    """Every row of the record that the entry consists of."""
    if kind == "registration":
        return history.rows_of_registration(participant)
    if kind == "cycle":
        return history.rows_of_cycle(row)
    if kind in ENTRY_FORMS:
        return history.rows_of_entry(ENTRY_FORMS[kind], row)
    return history.rows_of_assessment(row)


def _rows(kind: str, ids: list[int]) -> dict[int, Any]:
    if kind in ENTRY_FORMS:
        return ENTRY_FORMS[kind].model.objects.in_bulk(ids)
    model: Any = {"cycle": Cycle, "baseline": Assessment, "follow_up_scan": Assessment}.get(kind)
    return model.objects.in_bulk(ids) if model else {}


def _day(when: Any) -> str:
    return partial_date.shown(when) if isinstance(when, date) else str(when or "date not known")


def _event(row: Any) -> str:
    grade = f"grade {row.grade}" if row.grade else f"grade {row.get_grade_missing_display().lower()}"
    serious = "" if row.seriousness == "no" else ", serious"
    return f"{event_name(row)}, {grade}{serious}"


def event_name(row: Any) -> str:
    """The term, its select, and the words of an “other” event."""
    try:
        term = ctcae_v3.term(row.term)
    except KeyError:
        return str(row.term)
    select = next((each.words for each in term.selects if each.code == row.select), "")
    return ": ".join(filter(None, (row.other_words or term.short_name, select)))


def _hormone(row: Any) -> str:
    if row.value is None:
        return f"{row.get_marker_display()}: {row.get_value_missing_display().lower()}"
    limit = "" if row.upper_limit is None else f" (upper limit {_plain(row.upper_limit)})"
    return f"{row.get_marker_display()} {_plain(row.value)} {row.get_unit_display()}{limit}"


def _plain(value: Any) -> str:
    return format(value.normalize(), "f")


def _pressure(row: Any) -> str:
    if row.systolic_mmhg is None or row.diastolic_mmhg is None:
        return "blood pressure incomplete"
    return f"{row.systolic_mmhg}/{row.diastolic_mmhg} mmHg"


def _follow_up(row: Any) -> str:
    return f"{row.get_alive_display()}; {row.get_progression_display().lower()}"


LINES: dict[str, Callable[[Any], str]] = {
    "visit": lambda row: f"Cycle {row.cycle_number}, {_pressure(row)}" if row.cycle_number else "Screening",
    "blood_pressure": _pressure,
    "adverse_event": _event,
    "hormone": _hormone,
    "medication": lambda row: " ".join(filter(None, (row.name, row.dose))),
    "history": lambda row: row.condition,
    "deviation": lambda row: f"{row.get_kind_display()}: {row.description[:80]}",
    "off_treatment": lambda row: row.get_reason_display(),
    "follow_up": _follow_up,
    "death": lambda row: row.get_cause_display(),
    "withdrawal": lambda row: row.get_scope_display(),
    "off_study": lambda row: row.get_reason_display(),
}


def one_line(kind: str, row: Any) -> str:
    """The entry in one line."""
    return LINES[kind](row)
