"""Concomitant medication, medical history and protocol deviations: forms and edit checks."""

from dataclasses import replace
from datetime import date

from capture.casebook import checks as entry
from capture.casebook.checks import DOES_NOT_APPLY, HARD, ORDER, PLAUSIBLE, SOFT, Check, after_death_check
from capture.casebook.due import Rule
from capture.casebook.forms.base import PARTIAL, EntryForm, Form
from trial import models
from trial.protocol import Edition, form_versions

MEDICATION = (
    Check("MED-01", "The stop date must not be before the start date.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["stopped_on"], facts["started_on"]), "stopped_on"),
    after_death_check("MED-03", "The start date must not be after the date of death.", "started_on"),
    after_death_check("MED-04", "The stop date must not be after the date of death.", "stopped_on"),
    Check("MED-06", "Another route must be described.", "“Other” needs words.", HARD,
          entry.other_without_words("route", "route_words"), "route_words"),
    Check("MED-07", "Another frequency must be described.", "“Other” needs words.", HARD,
          entry.other_without_words("how_often", "how_often_words"), "how_often_words"),
    Check("MED-08", "Words for another route must be empty beside a route of the list.", DOES_NOT_APPLY, HARD,
          lambda facts: facts["route"] != "other" and bool(facts["route_words"].strip()), "route_words"),
    Check("MED-09", "Words for another frequency must be empty beside a frequency of the list.", DOES_NOT_APPLY, HARD,
          lambda facts: facts["how_often"] != "other" and bool(facts["how_often_words"].strip()), "how_often_words"),
)  # fmt: skip


HISTORY = (
    after_death_check("HIST-02", "The start date must not be after the date of death.", "began_on"),
)  # fmt: skip


PRIOR_THERAPY = (
    Check("PRIOR-01", "The stop date must not be before the start date.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["stopped_on"], facts["started_on"]), "stopped_on"),
    after_death_check("PRIOR-02", "The start date must not be after the date of death.", "started_on"),
    after_death_check("PRIOR-03", "The stop date must not be after the date of death.", "stopped_on"),
    Check("PRIOR-04", "A stop date and a reason stopped must be empty while the therapy is ongoing.", DOES_NOT_APPLY,
          HARD, lambda facts: facts["ongoing"] == "yes" and bool(facts["stopped_on"] or facts["stop_reason"]),
          "ongoing"),
    Check("PRIOR-05", "Another reason stopped must be described.", "“Other” needs words.", HARD,
          entry.other_without_words("stop_reason", "stop_words"), "stop_words"),
    Check("PRIOR-06", "Words for another reason must be empty beside a reason of the list.", DOES_NOT_APPLY, HARD,
          lambda facts: facts["stop_reason"] != "other" and bool(facts["stop_words"].strip()), "stop_words"),
    Check("PRIOR-07", "The therapy is over, and neither its stop date nor a reason stopped is entered.",
          PLAUSIBLE, SOFT, lambda facts: facts["ongoing"] == "no" and not (facts["stopped_on"] or facts["stop_reason"]),
          "stop_reason"),
)  # fmt: skip


DEVIATION = (
    after_death_check("DEV-02", "The deviation must not be after the date of death.", "happened_on"),
)  # fmt: skip


class MedicationForm(EntryForm):
    """A medication beside the study treatment."""

    help = {
        "kind": ("Somatostatin analogs are recorded separately, because they lower hormones.", "endpoints"),
        "name": ("Generic name.", ""),
        "dose": ("The dose with its unit.", ""),
        "route": ("How it is given.", "lists"),
        "route_words": ("Required with “Other”.", ""),
        "how_often": ("How often it is given.", "lists"),
        "how_often_words": ("Required with “Other”.", ""),
        "indication": ("What it is given for.", ""),
        "started_on": ("First day; day or month may be unknown.", ""),
        "stopped_on": ("Last day; empty while it goes on.", ""),
    }

    class Meta(EntryForm.Meta):
        model = models.Medication
        help_texts = {"started_on": PARTIAL, "stopped_on": "empty while it goes on"}


class PriorTherapyForm(EntryForm):
    """One anticancer therapy from before the study."""

    help = {
        "kind": ("What was done; a somatostatin analog that goes on is a concomitant medication too.", "lists"),
        "name": ("Generic name of the drug, or what was operated on or irradiated.", ""),
        "started_on": ("First day; day or month may be unknown.", ""),
        "ongoing": ("Whether it was still given at screening.", ""),
        "stopped_on": ("Last day; day or month may be unknown.", ""),
        "best_response": ("The best response that was seen.", "lists"),
        "stop_reason": ("Why it ended.", "lists"),
        "stop_words": ("Required with “Other”.", ""),
    }

    class Meta(EntryForm.Meta):
        model = models.PriorTherapy
        help_texts = {"started_on": PARTIAL, "stopped_on": "empty while it goes on"}


class HistoryForm(EntryForm):
    """A condition or symptom from before treatment."""

    help = {
        "condition": ("A disease or symptom that was there before treatment.", ""),
        "grade": ("Grade by CTCAE 3.0 before the first dose.", ""),
        "began_on": ("When it began; day or month may be unknown.", ""),
        "ongoing": ("Whether it was still there at the first dose.", ""),
    }

    class Meta(EntryForm.Meta):
        model = models.MedicalHistory
        help_texts = {"began_on": PARTIAL}


class DeviationForm(EntryForm):
    """A deviation from the protocol."""

    help = {
        "happened_on": ("The day it happened, not the day it was found.", ""),
        "kind": ("Which rule was not kept.", "lists"),
        "description": ("What happened. No names, no initials.", ""),
        "action": ("What was done so that it does not happen again.", ""),
    }

    class Meta(EntryForm.Meta):
        model = models.Deviation


MEDICATION_FORM = Form(
    "medication", MedicationForm, "started_on", Rule("whenever it changes"), repeats=True, in_rows=True,
    before_registration=True, checks=MEDICATION, known_by=("kind", "name", "started_on"),
    versions=(replace(form_versions.FIRST, helps={"dose": "Dose, route and how often."}), Edition(
        2, "Asks route and frequency as codes, with words for others.", "coded medication", date(2026, 11, 30),
        ("route", "route_words", "how_often", "how_often_words"))),
)  # fmt: skip
PRIOR_THERAPY_FORM = Form(
    "prior_therapy", PriorTherapyForm, "started_on", Rule("before treatment"), repeats=True, in_rows=True,
    before_registration=True, checks=PRIOR_THERAPY, known_by=("kind", "name", "started_on"),
)
HISTORY_FORM = Form(
    "history", HistoryForm, "began_on", Rule("before treatment"), repeats=True, in_rows=True, before_registration=True,
    checks=HISTORY, known_by=("condition",),
)
DEVIATION_FORM = Form(
    "deviation", DeviationForm, "happened_on", Rule("whenever one happens"), repeats=True, checks=DEVIATION,
    known_by=("happened_on", "kind", "description"),
)
