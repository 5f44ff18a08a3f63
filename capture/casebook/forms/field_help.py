"""What each field asks for, in the words of the protocol page: one literal list, its numbers read from the protocol.

A line: what is typed here and what the endpoints make of it. Names in braces are constants of `trial/protocol.py`; the
last word names the part of the protocol page that says more (empty: there is no more to say).
"""

from dataclasses import dataclass

from trial import protocol

_PRESSURE = "mmHg, sitting. Weekly in the first {pressure_weeks} weeks; the dose rules and CTCAE grades read it."
_IN_WORDS = "In words, what the choice beside it does not say. No names, no initials."

# (form, field) → (words, part of the protocol page)
FIELD_HELP: dict[tuple[str, str], tuple[str, str]] = {
    ("DetailsForm", "site"): ("The site of the participant; it cannot be changed later.", ""),
    ("DetailsForm", "registered_on"): (
        "Day 0 of survival and progression times. Not before consent, not in the future.", "endpoints"),
    ("DetailsForm", "measured_on"): ("Holds for each laboratory value without a date of its own.", "eligibility"),
    ("DetailsForm", "consented_on"): ("The day on the signed consent form; required for registration.",
                                      "eligibility"),
    ("DetailsForm", "born_on"): (
        "At least {minimum_age_years} years at registration; day or month may be unknown.", "eligibility"),
    ("DetailsForm", "sex"): ("As in the medical record.", ""),
    ("DetailsForm", "race"): ("As the participant says.", ""),
    ("DetailsForm", "ethnicity"): ("As the participant says.", ""),
    ("DetailsForm", "ecog"): ("0 to 4; up to {highest_ECOG} is eligible.", "eligibility"),
    ("DetailsForm", "tumour_type"): ("With the histology it decides the group: A carcinoid, B islet cell or other.",
                                     "groups"),
    ("DetailsForm", "histology"): ("As in the pathology report; with the tumor type it determines the group.",
                                   "groups"),
    ("DetailsForm", "primary_site"): ("Where the tumor began, if known.", ""),
    ("DetailsForm", "metastatic_sites"): ("Every organ with metastases, separated by commas.", ""),
    ("DetailsForm", "functional_syndrome"): ("The syndrome caused by the tumor's hormones, or “none”.", ""),
    ("DetailsForm", "prior_therapy"): ("Earlier anticancer treatment, newest first.", "eligibility"),
    ("HeadForm", "assessed_on"): (
        "Baseline: at most {baseline_window_days} days before day 1. Later: every {assessment_interval_days} days "
        "± {assessment_window_days}; a response is confirmed after {confirmation_days} days.", "criteria"),
    ("HeadForm", "method"): ("The same for a lesion from baseline to the end, or sums do not compare.", "criteria"),
    ("HeadForm", "slice_thickness_mm"): (
        "Of CT or MRI. A lesion is measurable from {measurable_spiral_mm} mm by spiral CT, "
        "{measurable_conventional_mm} mm otherwise.", "criteria"),
    ("HeadForm", "marker"): ("Whether the tumor markers are raised: complete response then needs them normal.",
                             "criteria"),
    ("HeadForm", "new_lesions"): ("A lesion that was not there at baseline is progression.", "criteria"),
    ("HeadForm", "new_lesion_on"): ("The scan that first shows it dates the progression.", "criteria"),
    ("HeadForm", "new_lesion_description"): ("Organ and place, so that it is found again.", ""),
    ("HeadForm", "investigator_response"): (
        "The investigator's own judgment. It is shown beside the computed response; a difference raises a query.",
        "criteria"),
    ("LocalTreatmentForm", "locally_treated_on"): (
        "From this day the lesion counts as not evaluated: its size no longer tells of the study drug.", "criteria"),
    ("CycleForm", "started_on"): ("Day 1 of this cycle; a cycle has {cycle_days} days. Day 1 of cycle 1 starts the "
                                  "counting of assessments.", "doses"),
    ("CycleForm", "tablets_dispensed"): ("Tablets of {tablet_mg} mg given out for this cycle.", "doses"),
    ("CycleForm", "tablets_returned"): ("Tablets brought back; with those given out it says what was taken.", "doses"),
    ("CycleForm", "lot"): ("The number on the pack.", ""),
    ("CycleForm", "delay_reason"): (
        "Why day 1 came more than {cycle_window_days} days after the end of the cycle before.", "doses"),
    ("HormoneForm", "sampled_on"): ("The day of the sample, not of the report.", "endpoints"),
    ("HormoneForm", "marker"): ("One entry for each marker.", "lists"),
    ("HormoneForm", "value"): ("As reported. Improvement is half of baseline or less, or normal again.", "endpoints"),
    ("HormoneForm", "unit"): ("As reported; values in different units are not compared.", "lists"),
    ("HormoneForm", "upper_limit"): ("Of this laboratory and assay, in the unit of the value.", "endpoints"),
    ("HormoneForm", "assay"): ("Method or kit; a change of assay is flagged beside the result.", "endpoints"),
    ("VisitForm", "visited_on"): ("The day of the visit.", ""),
    ("VisitForm", "cycle_number"): ("The cycle that starts with this visit; 0 for screening.", ""),
    ("VisitForm", "weight_kg"): ("In kilograms, in light clothes.", ""),
    ("VisitForm", "ecog"): ("Performance status on this day, 0 to 4.", ""),
    ("VisitForm", "systolic_mmhg"): (_PRESSURE, "doses"),
    ("VisitForm", "diastolic_mmhg"): (_PRESSURE, "doses"),
    ("BloodPressureForm", "measured_on"): ("Weekly in the first {pressure_weeks} weeks, then as needed.", "doses"),
    ("BloodPressureForm", "systolic_mmhg"): (_PRESSURE, "doses"),
    ("BloodPressureForm", "diastolic_mmhg"): (_PRESSURE, "doses"),
    ("AdverseEventForm", "term"): ("Enter the diagnosis or symptom; the list shows matching CTCAE 3.0 terms.", "doses"),
    ("AdverseEventForm", "select"): ("The organ or kind that this term asks for.", "doses"),
    ("AdverseEventForm", "other_words"): ("Only for the terms “other, specify”: what it is.", ""),
    ("AdverseEventForm", "grade"): ("Worst grade of this episode by CTCAE 3.0. When the grade changes, enter a new "
                                    "episode.",
                                    "doses"),
    ("AdverseEventForm", "attribution"): (
        "To the study drug. Possible, probable and definite count as related.", "endpoints"),
    ("AdverseEventForm", "onset_on"): ("The day this grade began; day or month may be unknown.", "endpoints"),
    ("AdverseEventForm", "resolved_on"): ("The day it ended or changed its grade; empty while it goes on.", ""),
    ("AdverseEventForm", "present_at_baseline"): ("There before the first dose: it does not count as toxicity.",
                                                  "endpoints"),
    ("AdverseEventForm", "seriousness"): ("The worst consequence that applies; it decides about an expedited report.",
                                          "expedited"),
    ("AdverseEventForm", "expectedness"): ("Expected: the kind and grade stand in the investigator's brochure.",
                                           "expedited"),
    ("AdverseEventForm", "hospital_stay"): ("Admitted, or kept longer, for 24 hours or more.", "expedited"),
    ("AdverseEventForm", "aware_on"): (
        "The day the site first knew of the event at this grade; the report is due from then. If the grade rose, "
        "enter a new episode.", "expedited"),
    ("AdverseEventForm", "aware_time"): (
        "Hour and minute by the clock of the site; without it the clock of the report runs from midnight there.",
        "expedited"),
    ("AdverseEventForm", "aware_offset"): ("When the clock is put back it shows an hour twice: say which one it was.",
                                           ""),
    ("AdverseEventForm", "action_taken"): ("What was done with the study drug because of the event.", "doses"),
    ("AdverseEventForm", "outcome"): ("As it stands today; correct it when it changes.", ""),
    ("AdverseEventForm", "cycle_number"): ("The cycle in which it began.", ""),
    ("MedicationForm", "kind"): ("Somatostatin analogs are recorded separately, because they lower hormones.",
                                 "endpoints"),
    ("MedicationForm", "name"): ("Generic name.", ""),
    ("MedicationForm", "dose"): ("Dose, route and how often.", ""),
    ("MedicationForm", "indication"): ("What it is given for.", ""),
    ("MedicationForm", "started_on"): ("First day; day or month may be unknown.", ""),
    ("MedicationForm", "stopped_on"): ("Last day; empty while it goes on.", ""),
    ("HistoryForm", "condition"): ("A disease or symptom that was there before treatment.", ""),
    ("HistoryForm", "grade"): ("Grade by CTCAE 3.0 before the first dose.", ""),
    ("HistoryForm", "began_on"): ("When it began; day or month may be unknown.", ""),
    ("HistoryForm", "ongoing"): ("Whether it was still there at the first dose.", ""),
    ("DeviationForm", "happened_on"): ("The day it happened, not the day it was found.", ""),
    ("DeviationForm", "kind"): ("Which rule was not kept.", "lists"),
    ("DeviationForm", "description"): ("What happened. No names, no initials.", ""),
    ("DeviationForm", "action"): ("What was done so that it does not happen again.", ""),
    ("OffTreatmentForm", "off_on"): ("The day treatment ended for good; the log holds the last dose.", "endpoints"),
    ("OffTreatmentForm", "reason"): ("The one main reason. Clinical progression without a scan is no progression of "
                                     "the endpoints.", "endpoints"),
    ("OffTreatmentForm", "because"): (_IN_WORDS, ""),
    ("FollowUpForm", "contacted_on"): (
        "Every {follow_up_days_between} days until progression, then every {follow_up_slow_days}, "
        "± {follow_up_window_days}, for {follow_up_days} days. Known alive until this day.", "endpoints"),
    ("FollowUpForm", "alive"): ("Dead: the death form follows.", "endpoints"),
    ("FollowUpForm", "progression"): ("Radiological progression counts, with date and method; clinical alone does not.",
                                      "endpoints"),
    ("FollowUpForm", "progressed_on"): ("The scan that first shows it.", "endpoints"),
    ("FollowUpForm", "progression_method"): ("How it was seen.", "lists"),
    ("FollowUpForm", "disease_assessed_on"): ("“No progression” counts only up to the day of a disease assessment.",
                                              "endpoints"),
    ("FollowUpForm", "new_therapy"): ("New anticancer therapy ends the time in which a response is confirmed.",
                                      "endpoints"),
    ("FollowUpForm", "new_therapy_on"): ("First day; day or month may be unknown.", "endpoints"),
    ("FollowUpForm", "new_therapy_name"): ("Name of the treatment.", ""),
    ("DeathForm", "died_on"): ("Death of any cause ends survival and progression-free survival.", "endpoints"),
    ("DeathForm", "cause"): ("The underlying cause, as on the certificate.", "lists"),
    ("DeathForm", "because"): (_IN_WORDS, ""),
    ("WithdrawalForm", "withdrew_on"): ("The day consent was withdrawn.", ""),
    ("WithdrawalForm", "scope"): ("From treatment only, or from follow-up as well; what is on record stays.", ""),
    ("WithdrawalForm", "because"): ("Only if the person wishes to say.", ""),
    ("OffStudyForm", "off_on"): ("The last day of this participant in the study.", ""),
    ("OffStudyForm", "reason"): ("Why follow-up ends.", ""),
    ("OffStudyForm", "because"): (_IN_WORDS, ""),
}  # fmt: skip
# Forms that ask what another form asks too.
SAME_AS = {"RegistrationForm": "DetailsForm", "CorrectionForm": "DetailsForm", "RegisterScreenedForm": "DetailsForm",
           "FollowUpHeadForm": "HeadForm"}  # fmt: skip


@dataclass(frozen=True)
class Help:
    """The words beside a field, and the part of the protocol page that says more (empty: none)."""

    words: str
    part: str


def of(form: str, field: str) -> Help | None:
    """The help of a field by the names of its form's class and of itself; None where the list has none."""
    found = FIELD_HELP.get((SAME_AS.get(form, form), field))
    return Help(found[0].format_map(_constants()), found[1]) if found else None


def _constants() -> dict[str, object]:
    return {each.name: each.value for each in protocol.CONSTANTS}
