"""End of treatment, follow-up contact, death, withdrawal of consent, end of study: forms and edit checks."""

from capture.casebook import checks as entry
from capture.casebook.checks import (
    CTCAE,
    DOES_NOT_APPLY,
    HARD,
    ORDER,
    RECIST,
    REGISTRY,
    SOFT,
    Check,
    Facts,
    after_death_check,
)
from capture.casebook.due import Rule
from capture.casebook.forms.base import PARTIAL, EntryForm, Form
from trial import models

_IN_WORDS = "In words, what the choice beside it does not say. No names, no initials."


def date_without_event(facts: Facts) -> bool:
    """A date of progression without progression, or of new therapy without new therapy."""
    progressed = facts["progression"] in ("radiological", "clinical")
    therapy = facts["new_therapy"] == "yes"
    return (facts["progressed_on"] is not None and not progressed) or (
        facts["new_therapy_on"] is not None and not therapy
    )


OFF_TREATMENT = (
    Check("OFF-03", "The reason is progression, and no progression is entered.", RECIST, SOFT,
          lambda facts: facts["reason"] == "progression" and facts["progressed_on"] is None, "reason"),
    Check("OFF-04", "The other reason must be specified.",
          REGISTRY, HARD, entry.other_without_words("reason", "because"),
          "because"),
    Check("OFF-05", "Off treatment can be entered only once. Correct the existing entry.",
          "Once per participant.", HARD,
          entry.already_there),
    after_death_check("OFF-06", "The off-treatment date must not be after the date of death.", "off_on"),
)  # fmt: skip


FOLLOW_UP = (
    Check("FU-01", "Radiological progression needs its date and method.", REGISTRY, HARD,
          lambda facts: facts["progression"] == "radiological"
          and (facts["progressed_on"] is None or not facts["progression_method"]), "progressed_on"),
    Check("FU-02", "The progression date must not be after the contact date.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["contacted_on"], facts["progressed_on"]), "progressed_on"),
    Check("FU-04", "New therapy needs a start date; a year alone is enough.", "Used by the sensitivity analyses.", HARD,
          lambda facts: facts["new_therapy"] == "yes" and facts["new_therapy_on"] is None, "new_therapy_on"),
    Check("FU-06", "The disease assessment must not be after the contact date.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["contacted_on"], facts["disease_assessed_on"]),
          "disease_assessed_on"),
    Check("FU-07", "Clinical progression is entered without radiological progression.", RECIST, SOFT,
          lambda facts: facts["progression"] == "clinical", "progression"),
    Check("FU-08", "Only one contact is allowed per day, and another is entered for this day.",
          "One contact per day.", HARD,
          entry.same_day("contacted_on"), "contacted_on"),
    Check("FU-09", "The survival status is “Dead”, and no death is entered.", "Overall survival [registry].", SOFT,
          lambda facts: facts["alive"] == "dead" and facts["died_on"] is None, "alive"),
    Check("FU-10", "A progression date needs a progression, and a start date of new therapy needs new therapy.",
          "Impossible.", HARD,
          date_without_event, "progression"),
)  # fmt: skip


DEATH = (
    Check("DEATH-03", "The cause is toxicity, and no grade 5 event is entered.", CTCAE, SOFT,
          lambda facts: facts["cause"] == "toxicity" and not facts["has_fatal_event"], "cause"),
    Check("DEATH-04", "The other cause must be specified.",
          REGISTRY, HARD, entry.other_without_words("cause", "because"),
          "because"),
    Check("DEATH-05", "Death can be entered only once. Correct the existing entry.", "Once per participant.", HARD,
          entry.already_there),
)  # fmt: skip


WITHDRAWAL = (
    Check("WD-02", "Withdrawal of consent can be entered only once. Correct the existing entry.",
          "Once per participant.", HARD,
          entry.already_there),
    after_death_check("WD-03", "The withdrawal date must not be after the date of death.", "withdrew_on"),
)  # fmt: skip


OFF_STUDY = (
    Check("OFS-02", "The reason is death, and no death is entered.", "Overall survival [registry].", SOFT,
          lambda facts: facts["reason"] == "death" and facts["died_on"] is None, "reason"),
    Check("OFS-03", "The other reason must be specified.",
          REGISTRY, HARD, entry.other_without_words("reason", "because"),
          "because"),
    Check("OFS-04", "Off study can be entered only once. Correct the existing entry.", "Once per participant.", HARD,
          entry.already_there),
)  # fmt: skip


class OffTreatmentForm(EntryForm):
    """The end of study treatment."""

    help = {
        "off_on": ("The day treatment ended for good; the log holds the last dose.", "endpoints"),
        "reason": (
            "The one main reason. Clinical progression without a scan is no progression of the endpoints.",
            "endpoints"),
        "because": (_IN_WORDS, ""),
    }

    class Meta(EntryForm.Meta):
        model = models.OffTreatment


class FollowUpForm(EntryForm):
    """A contact after treatment."""

    help = {
        "contacted_on": (
            "Every {follow_up_days_between} days until progression, then every {follow_up_slow_days}, ± "
            "{follow_up_window_days}, for {follow_up_days} days. Known alive until this day.", "endpoints"),
        "alive": ("Dead: the death form follows.", "endpoints"),
        "progression": ("Radiological progression counts, with date and method; clinical alone does not.", "endpoints"),
        "progressed_on": ("The scan that first shows it.", "endpoints"),
        "progression_method": ("How it was seen.", "lists"),
        "disease_assessed_on": ("“No progression” counts only up to the day of a disease assessment.", "endpoints"),
        "new_therapy": ("New anticancer therapy ends the time in which a response is confirmed.", "endpoints"),
        "new_therapy_on": ("First day; day or month may be unknown.", "endpoints"),
        "new_therapy_name": ("Name of the treatment.", ""),
    }

    class Meta(EntryForm.Meta):
        model = models.FollowUp
        help_texts = {"disease_assessed_on": "“no progression” counts only with the day of a disease assessment",
                      "new_therapy_on": PARTIAL}  # fmt: skip


class DeathForm(EntryForm):
    """Death of any cause."""

    help = {
        "died_on": ("Death of any cause ends survival and progression-free survival.", "endpoints"),
        "cause": ("The underlying cause, as on the certificate.", "lists"),
        "because": (_IN_WORDS, ""),
    }

    class Meta(EntryForm.Meta):
        model = models.Death
        help_texts = {"died_on": PARTIAL}


class WithdrawalForm(EntryForm):
    """Withdrawal of consent."""

    help = {
        "withdrew_on": ("The day consent was withdrawn.", ""),
        "scope": ("From treatment only, or from follow-up as well; what is on record stays.", ""),
        "because": ("Only if the person wishes to say.", ""),
    }

    class Meta(EntryForm.Meta):
        model = models.Withdrawal


class OffStudyForm(EntryForm):
    """The end of the study for a participant."""

    help = {
        "off_on": ("The last day of this participant in the study.", ""),
        "reason": ("Why follow-up ends.", ""),
        "because": (_IN_WORDS, ""),
    }

    class Meta(EntryForm.Meta):
        model = models.OffStudy


def details_of_nothing(facts: Facts) -> bool:
    """How a progression was seen, or which new therapy, although there was none."""
    progressed = facts["progression"] in ("radiological", "clinical")
    return bool(facts["progression_method"] and not progressed) or bool(
        facts["new_therapy_name"].strip() and facts["new_therapy"] != "yes"
    )


ABSENT_FOLLOW_UP = (
    Check("NA-08", "A progression method needs a progression, and a therapy name needs new therapy.",
          DOES_NOT_APPLY, HARD, details_of_nothing, "progression"),
)  # fmt: skip


OFF_TREATMENT_FORM = Form(
    "off_treatment", OffTreatmentForm, "off_on", Rule("when treatment ends"), checks=OFF_TREATMENT,
    verified=("off_on", "reason"), imported=3,
)
FOLLOW_UP_FORM = Form(
    "follow_up", FollowUpForm, "contacted_on",
    Rule("every 3 months until progression, then every 6, to 2 years"), repeats=True,
    checks=FOLLOW_UP + ABSENT_FOLLOW_UP,
    verified=("contacted_on", "alive", "progression", "progressed_on", "disease_assessed_on", "new_therapy",
              "new_therapy_on"),
)
DEATH_FORM = Form(
    "death", DeathForm, "died_on", Rule("when it happens"), checks=DEATH, verified=("died_on", "cause"), imported=1,
)
WITHDRAWAL_FORM = Form(
    "withdrawal", WithdrawalForm, "withdrew_on", Rule("when it happens"), checks=WITHDRAWAL,
    verified=("withdrew_on", "scope"), imported=3,
)
OFF_STUDY_FORM = Form(
    "off_study", OffStudyForm, "off_on", Rule("at the end of follow-up"), checks=OFF_STUDY, verified=("off_on",),
    imported=3,
)
