"""Every case report form once, in order of the casebook. A new form is declared in its module and is one line here."""

from capture.casebook import order_rules
from capture.casebook.checks import HARD, SOFT, AfterDeath, Check, ChecksFailed, Facts, SecondLook, failing, settle
from capture.casebook.forms import adverse_event, assessment, background, follow_up, registration, treatment, visit
from capture.casebook.forms.base import Form

CASEBOOK: tuple[Form, ...] = (
    registration.REGISTRATION_FORM,
    assessment.BASELINE_FORM,
    treatment.CYCLE_FORM,
    assessment.FOLLOW_UP_SCAN_FORM,
    visit.VISIT_FORM,
    visit.BLOOD_PRESSURE_FORM,
    adverse_event.ADVERSE_EVENT_FORM,
    visit.HORMONE_FORM,
    background.MEDICATION_FORM,
    background.HISTORY_FORM,
    background.DEVIATION_FORM,
    follow_up.OFF_TREATMENT_FORM,
    follow_up.FOLLOW_UP_FORM,
    follow_up.DEATH_FORM,
    follow_up.WITHDRAWAL_FORM,
    follow_up.OFF_STUDY_FORM,
)

FORMS: dict[str, Form] = {form.kind: form for form in CASEBOOK}
# Those that are one entry each, on the page that all of them share.
ENTRY_FORMS: dict[str, Form] = {form.kind: form for form in CASEBOOK if form.page is None}
ORDER_RULES = order_rules.rules_of(CASEBOOK)
_ASKED = {form.kind: form.checks + order_rules.checks_at(form.kind, ORDER_RULES) for form in CASEBOOK}
CHECKS: dict[str, tuple[Check, ...]] = {kind: checks for kind, checks in _ASKED.items() if checks}

__all__ = ["CASEBOOK", "CHECKS", "ENTRY_FORMS", "FORMS", "HARD", "ORDER_RULES", "SOFT", "AfterDeath", "Check", "Facts",
           "ChecksFailed", "SecondLook", "failing", "settle"]  # fmt: skip
