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
from capture.casebook.forms.base import PARTIAL, EntryForm
from trial import models


def date_without_event(facts: Facts) -> bool:
    """A date of progression without progression, or of new therapy without new therapy."""
    progressed = facts["progression"] in ("radiological", "clinical")
    therapy = facts["new_therapy"] == "yes"
    return (facts["progressed_on"] is not None and not progressed) or (
        facts["new_therapy_on"] is not None and not therapy
    )


OFF_TREATMENT = (
    Check("OFF-01", "The off-treatment date must not be before the last dose.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["off_on"], facts["last_dose_on"]), "off_on"),
    Check("OFF-02", "The off-treatment date must not be before registration.", ORDER, HARD,
          entry.before_registration("off_on"), "off_on"),
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
    Check("FU-03", "A contact with the participant alive must not be after the date of death.", ORDER, HARD,
          lambda facts: facts["alive"] == "alive" and entry.surely_before(facts["died_on"], facts["contacted_on"]),
          "alive"),
    Check("FU-04", "New therapy needs a start date; a year alone is enough.", "Used by the sensitivity analyses.", HARD,
          lambda facts: facts["new_therapy"] == "yes" and facts["new_therapy_on"] is None, "new_therapy_on"),
    Check("FU-05", "The contact date must not be before registration.",
          ORDER, HARD, entry.before_registration("contacted_on"),
          "contacted_on"),
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
    Check("DEATH-01", "The date of death must not be before registration.",
          ORDER, HARD, entry.before_registration("died_on"),
          "died_on"),
    Check("DEATH-02", "The date of death must not be before the last date known alive.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["died_on"], facts["last_alive_on"]), "died_on"),
    Check("DEATH-03", "The cause is toxicity, and no grade 5 event is entered.", CTCAE, SOFT,
          lambda facts: facts["cause"] == "toxicity" and not facts["has_fatal_event"], "cause"),
    Check("DEATH-04", "The other cause must be specified.",
          REGISTRY, HARD, entry.other_without_words("cause", "because"),
          "because"),
    Check("DEATH-05", "Death can be entered only once. Correct the existing entry.", "Once per participant.", HARD,
          entry.already_there),
)  # fmt: skip


WITHDRAWAL = (
    Check("WD-01", "The withdrawal date must not be before consent.", ORDER, HARD, entry.before_consent("withdrew_on"),
          "withdrew_on"),
    Check("WD-02", "Withdrawal of consent can be entered only once. Correct the existing entry.",
          "Once per participant.", HARD,
          entry.already_there),
    after_death_check("WD-03", "The withdrawal date must not be after the date of death.", "withdrew_on"),
)  # fmt: skip


OFF_STUDY = (
    Check("OFS-01", "The off-study date must not be before registration.", ORDER, HARD,
          entry.before_registration("off_on"), "off_on"),
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

    class Meta(EntryForm.Meta):
        model = models.OffTreatment
        fields = ("off_on", "reason", "because")
        labels = {"off_on": "Off treatment on", "because": "In words"}


class FollowUpForm(EntryForm):
    """A contact after treatment."""

    class Meta(EntryForm.Meta):
        model = models.FollowUp
        fields = ("contacted_on", "alive", "progression", "progressed_on", "progression_method",
                  "disease_assessed_on", "new_therapy", "new_therapy_on", "new_therapy_name")  # fmt: skip
        labels = {"contacted_on": "Contact on", "alive": "Alive or dead", "progression": "Progression since last visit",
                  "progressed_on": "Progression on", "progression_method": "Progression seen by",
                  "disease_assessed_on": "Disease assessed on", "new_therapy": "New anticancer therapy",
                  "new_therapy_on": "New therapy began on", "new_therapy_name": "Which therapy"}  # fmt: skip
        help_texts = {"disease_assessed_on": "“no progression” counts only with the day of a disease assessment",
                      "new_therapy_on": PARTIAL}  # fmt: skip


class DeathForm(EntryForm):
    """Death of any cause."""

    class Meta(EntryForm.Meta):
        model = models.Death
        fields = ("died_on", "cause", "because")
        labels = {"died_on": "Died on", "because": "In words"}
        help_texts = {"died_on": PARTIAL}


class WithdrawalForm(EntryForm):
    """Withdrawal of consent."""

    class Meta(EntryForm.Meta):
        model = models.Withdrawal
        fields = ("withdrew_on", "scope", "because")
        labels = {"withdrew_on": "Withdrawn on", "scope": "How far it goes", "because": "In words"}


class OffStudyForm(EntryForm):
    """The end of the study for a participant."""

    class Meta(EntryForm.Meta):
        model = models.OffStudy
        fields = ("off_on", "reason", "because")
        labels = {"off_on": "Off study on", "because": "In words"}


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
