"""Every case report form once, in order of the casebook. A new form is declared in its module and is one line here."""

from collections.abc import Iterator
from typing import Any

from capture.casebook import order_rules
from capture.casebook.checks import HARD, SOFT, AfterDeath, Check, ChecksFailed, Facts, SecondLook, failing, settle
from capture.casebook.forms import adverse_event, assessment, background, follow_up, registration, treatment, visit
from capture.casebook.forms.base import Form
from trial.models import Acknowledgement, Assessment, Death, Lesion, Participant, Query

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
    background.PRIOR_THERAPY_FORM,
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


def _beside(form: Form) -> Iterator[Any]:
    yield from _of_page(form)
    for fact in order_rules.facts_beside(form.kind, ORDER_RULES):
        other = FORMS.get(fact.form)
        if other is not None and other.model is not Participant:
            yield other.model
            if fact.lines and other.lines is not None:
                yield other.lines.model
    yield Death


def _of_page(form: Form) -> Iterator[Any]:
    yield form.model
    if form.lines is not None:
        yield form.lines.model
    if form.model is Assessment:
        yield Lesion
    yield from (Acknowledgement, Query)


# The models whose rows of a participant the page of a form shows, and those that its save reads with its checks.
SHOWN = {form.kind: tuple(dict.fromkeys(_of_page(form))) for form in CASEBOOK if form.model is not Participant}
BESIDE = {form.kind: tuple(dict.fromkeys(_beside(form))) for form in CASEBOOK if form.model is not Participant}

__all__ = ["BESIDE", "CASEBOOK", "CHECKS", "ENTRY_FORMS", "FORMS", "HARD", "ORDER_RULES", "SHOWN", "SOFT",
           "AfterDeath", "Check", "ChecksFailed", "Facts", "SecondLook", "failing", "settle"]  # fmt: skip
