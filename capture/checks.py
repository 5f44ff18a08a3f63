"""Every edit check once, with its words and its source; asked by page, service and import alike.

Hard checks refuse what is impossible. Soft checks ask for a second look: a page saves only with a reason for each.
A check keeps its id for ever; its edition rises when its rule changes.
"""

from capture import does_not_apply as absent
from capture.checking import HARD, SOFT, Check, Facts, Refused, SecondLook, failing, settle
from capture.checks_of_scans import BASELINE, FOLLOW_UP_SCAN
from capture.conditions import adverse_event as event
from capture.conditions import dosing, laboratory
from capture.conditions import entries as entry
from capture.expedited.awareness import AWARENESS
from trial import protocol
from trial.rules.response.recist import IN_FORCE

__all__ = ["CHECKS", "HARD", "SOFT", "Check", "Facts", "Refused", "SecondLook", "failing", "settle"]

ONLY_PAST, ORDER = "Only what happened is entered.", "Dates stand in the order of events."
CTCAE, RECIST, REGISTRY, PLAUSIBLE = protocol.CTCAE, IN_FORCE.name, protocol.REGISTRY, "Plausibility."


def _after_death(name: str, words: str, field: str) -> Check:
    return Check(name, words, ORDER, HARD, entry.after_death(field), field)


DOSING = (
    Check("DOSE-01", "The cycle cannot start before registration.", "Registration precedes treatment [registry].", HARD,
          lambda facts: facts["started_on"] < facts["registered_on"], "started_on"),
    Check("DOSE-02", "The cycle overlaps another cycle: each lasts 28 days.", "Courses of 28 days [registry].", HARD,
          dosing.overlaps, "started_on"),
    Check("DOSE-03", "The start of the cycle lies in the future.", ONLY_PAST, HARD,
          lambda facts: facts["started_on"] > facts["today"], "started_on"),
    Check("DOSE-04", "Dosing periods overlap or run backwards.", "A day has one dose.", HARD, dosing.periods_disagree),
    Check("DOSE-05", "A dosing period lies outside days 1 to 28.", "Courses of 28 days [registry].", HARD,
          dosing.outside_the_cycle),
    Check("DOSE-06", "Say why the dose was held or reduced.", "Reasons for modifications are reported.", HARD,
          dosing.no_reason),
    Check("DOSE-07", "More tablets were returned than dispensed.", "Drug accountability.", HARD,
          lambda facts: None not in (facts["dispensed"], facts["returned"])
          and facts["returned"] > facts["dispensed"], "tablets_returned"),
    Check("DOSE-08", "Cycles follow each other in order of number.", "Courses repeat [registry].", HARD,
          dosing.out_of_order, "started_on"),
    Check("DOSE-09", "Say what was taken: “taken as planned”, or the periods of the cycle.", "Missing is never zero.",
          HARD, lambda facts: not facts["periods"]),
    Check("DOSE-10", "The cycle is over, and some of its days have no dose and no hold.", "Missing is never zero.",
          SOFT, dosing.days_left_open),
    _after_death("DOSE-11", "The cycle starts after the death on record.", "started_on"),
    Check("DOSE-13", "The cycle starts after the end of treatment on record.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["off_treatment_on"], facts["started_on"]), "started_on"),
)  # fmt: skip
ADVERSE_EVENT = (
    Check("AE-01", "Choose a CTCAE term from the list, with its site or type where the term has one.", CTCAE, HARD,
          event.unknown_term, "term"),
    Check("AE-02", "This term has no such grade.", CTCAE, HARD, event.grade_does_not_exist, "grade"),
    Check("AE-03", "The event resolved before it began.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["resolved_on"], facts["onset_on"]), "resolved_on"),
    Check("AE-04", "Grade 5 and a fatal outcome belong together.", CTCAE, HARD, event.death_disagrees, "outcome"),
    Check("AE-05", "The event is fatal, and no death is on record yet.", "Grade 5 and the death form agree.", SOFT,
          event.no_death_form, "grade"),
    _after_death("AE-06", "The event began after the death on record.", "onset_on"),
    Check("AE-07", "Say in words what the “other” event is.", CTCAE, HARD, event.other_unspecified, "other_words"),
    Check("AE-08", "The event began before consent: was it present at baseline?", "Treatment-emergent events count.",
          SOFT, event.early_but_not_baseline, "present_at_baseline"),
    Check("AE-09", "A serious event needs to be called expected or unexpected.", "Expedited reporting.", HARD,
          lambda facts: facts["seriousness"] != "no" and not facts["expectedness"], "expectedness"),
    Check("AE-10", "A grade 4 or 5 event is called not serious.", PLAUSIBLE, SOFT,
          lambda facts: (facts["grade"] or 0) >= 4 and facts["seriousness"] == "no", "seriousness"),
    Check("AE-11", "The episode begins before the event that it continues.", ORDER, HARD,
          event.before_what_it_continues, "onset_on"),
    Check("AE-12", "The event is over, and the day it ended is not given.", PLAUSIBLE, SOFT,
          lambda facts: facts["outcome"] in ("recovered", "sequelae") and facts["resolved_on"] is None, "resolved_on"),
)  # fmt: skip
HORMONE = (
    _after_death("HORM-01", "The sample was taken after the death on record.", "sampled_on"),
    Check("HORM-02", "The unit is not that of the last sample of this marker.", PLAUSIBLE, SOFT, entry.unit_changed,
          "unit"),
    Check("HORM-03", "The assay is not that of the last sample: values are then not compared.",
          "Hormone improvement [our reading].", SOFT, entry.assay_changed, "assay"),
    Check("HORM-04", "The value is more than a thousand times the upper limit.", PLAUSIBLE, SOFT,
          entry.far_above_normal, "value"),
    Check("HORM-05", "This marker is on record for this day already.", "One level per marker and day.", HARD,
          entry.same_sample, "sampled_on"),
    Check("HORM-07", "The upper limit of normal is more than 0.", "Impossible.", HARD,
          lambda facts: facts["upper_limit"] is not None and facts["upper_limit"] <= 0, "upper_limit"),
    Check("HORM-06", "The unit or the upper limit is unusual for this marker: is the unit right?", PLAUSIBLE, SOFT,
          entry.marker_unit_unusual, "unit"),
)  # fmt: skip
PRESSURE = (
    Check("BP-01", "Systolic pressure is not above diastolic.", "Impossible.", HARD, entry.pressure_reversed,
          "systolic_mmhg"),
    Check("BP-02", "The blood pressure is outside 60–260 over 30–160 mmHg.", PLAUSIBLE, SOFT,
          entry.implausible_pressure, "systolic_mmhg"),
)  # fmt: skip
VISIT = (
    _after_death("VIS-01", "The visit lies after the death on record.", "visited_on"),
    Check("VIS-02", "The weight changed by more than 10 % since it was last taken.", PLAUSIBLE, SOFT,
          entry.weight_jumped, "weight_kg"),
    Check("VIS-03", "The visit is more than 7 days from the start of its cycle.", "Visit at cycle start.", SOFT,
          entry.visit_off_its_cycle, "visited_on"),
    Check("VIS-04", "A visit is on record for this cycle already.", "One visit per cycle.", HARD,
          lambda facts: any(each.cycle_number == facts["cycle_number"] for each in facts["others"]), "cycle_number"),
    Check("VIS-05", "A laboratory's lower limit is not below its upper limit.", "Impossible.", HARD,
          entry.limits_reversed),
    Check("VIS-06", "A laboratory value needs its unit.", CTCAE, HARD, entry.value_without_unit),
    Check("VIS-07", "A laboratory value or its upper limit is unusual for its unit: is the unit right?", PLAUSIBLE,
          SOFT, entry.laboratory_unit_unusual),
    Check("VIS-08", "CTCAE 3.0 does not grade a value in its unit.", CTCAE, SOFT, laboratory.unit_has_no_limits),
    Check("VIS-09", "A value lacks the limit of normal to grade it.", CTCAE, SOFT, laboratory.limit_of_normal_missing),
    *PRESSURE,
)  # fmt: skip
BLOOD_PRESSURE = (
    _after_death("BP-03", "The measurement lies after the death on record.", "measured_on"),
    *PRESSURE,
)  # fmt: skip
MEDICATION = (
    Check("MED-01", "The medication stopped before it started.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["stopped_on"], facts["started_on"]), "stopped_on"),
    Check("MED-02", "A somatostatin analogue was started after day 1: hormones will be flagged.",
          "Somatostatin analogues confound hormones.", SOFT,
          lambda facts: facts["kind"] == "somatostatin_analogue"
          and entry.surely_before(facts["day_1"], facts["started_on"]), "started_on"),
    _after_death("MED-03", "The medication was started after the death on record.", "started_on"),
)  # fmt: skip
HISTORY = (
    Check("HIST-01", "It began after day 1 of treatment: is it an adverse event?", PLAUSIBLE, SOFT,
          lambda facts: entry.surely_before(facts["day_1"], facts["began_on"]), "began_on"),
)  # fmt: skip
DEVIATION = (
    Check("DEV-01", "The deviation lies before consent.", PLAUSIBLE, SOFT, entry.before_consent("happened_on"),
          "happened_on"),
    _after_death("DEV-02", "The deviation lies after the death on record.", "happened_on"),
)  # fmt: skip
OFF_TREATMENT = (
    Check("OFF-01", "Doses are on record after this day.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["off_on"], facts["last_dose_on"]), "off_on"),
    Check("OFF-02", "It lies before registration.", ORDER, HARD, entry.before_registration("off_on"), "off_on"),
    Check("OFF-03", "The reason is progression, and no progression is on record.", RECIST, SOFT,
          lambda facts: facts["reason"] == "progression" and facts["progressed_on"] is None, "reason"),
    Check("OFF-04", "Say what the other reason is.", REGISTRY, HARD, entry.other_without_words("reason", "because"),
          "because"),
    Check("OFF-05", "The end of treatment is on record already: correct that entry.", "Once per participant.", HARD,
          entry.already_there),
    _after_death("OFF-06", "It lies after the death on record.", "off_on"),
)  # fmt: skip
FOLLOW_UP = (
    Check("FU-01", "Radiological progression needs its date and its method.", REGISTRY, HARD,
          lambda facts: facts["progression"] == "radiological"
          and (facts["progressed_on"] is None or not facts["progression_method"]), "progressed_on"),
    Check("FU-02", "The progression lies after the contact.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["contacted_on"], facts["progressed_on"]), "progressed_on"),
    Check("FU-03", "The participant is reported alive after the death on record.", ORDER, HARD,
          lambda facts: facts["alive"] == "alive" and entry.surely_before(facts["died_on"], facts["contacted_on"]),
          "alive"),
    Check("FU-04", "Say when the new therapy began; a year alone will do.", "Sensitivity lines use it.", HARD,
          lambda facts: facts["new_therapy"] == "yes" and facts["new_therapy_on"] is None, "new_therapy_on"),
    Check("FU-05", "The contact lies before registration.", ORDER, HARD, entry.before_registration("contacted_on"),
          "contacted_on"),
    Check("FU-06", "The disease assessment lies after the contact.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["contacted_on"], facts["disease_assessed_on"]),
          "disease_assessed_on"),
    Check("FU-07", "Clinical progression alone is symptomatic deterioration, not progression.", RECIST, SOFT,
          lambda facts: facts["progression"] == "clinical", "progression"),
    Check("FU-08", "A contact is on record for this day already.", "One contact per day.", HARD,
          entry.same_day("contacted_on"), "contacted_on"),
    Check("FU-09", "The participant is dead, and no death is on record yet.", "Overall survival [registry].", SOFT,
          lambda facts: facts["alive"] == "dead" and facts["died_on"] is None, "alive"),
    Check("FU-10", "A date belongs to progression only, or to new therapy only, that happened.", "Impossible.", HARD,
          entry.date_without_event, "progression"),
)  # fmt: skip
DEATH = (
    Check("DEATH-01", "The death lies before registration.", ORDER, HARD, entry.before_registration("died_on"),
          "died_on"),
    Check("DEATH-02", "The record shows the participant alive after this date.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["died_on"], facts["last_alive_on"]), "died_on"),
    Check("DEATH-03", "Toxicity is the cause, and no event of grade 5 is on record.", CTCAE, SOFT,
          lambda facts: facts["cause"] == "toxicity" and not facts["has_fatal_event"], "cause"),
    Check("DEATH-04", "Say what the other cause is.", REGISTRY, HARD, entry.other_without_words("cause", "because"),
          "because"),
    Check("DEATH-05", "The death is on record already: correct that entry.", "Once per participant.", HARD,
          entry.already_there),
)  # fmt: skip
WITHDRAWAL = (
    Check("WD-01", "The withdrawal lies before consent.", ORDER, HARD, entry.before_consent("withdrew_on"),
          "withdrew_on"),
    Check("WD-02", "A withdrawal is on record already: correct that entry.", "Once per participant.", HARD,
          entry.already_there),
    _after_death("WD-03", "The withdrawal lies after the death on record.", "withdrew_on"),
)  # fmt: skip
OFF_STUDY = (
    Check("OFS-01", "It lies before registration.", ORDER, HARD, entry.before_registration("off_on"), "off_on"),
    Check("OFS-02", "The reason is death, and no death is on record yet.", "Overall survival [registry].", SOFT,
          lambda facts: facts["reason"] == "death" and facts["died_on"] is None, "reason"),
    Check("OFS-03", "Say what the other reason is.", REGISTRY, HARD, entry.other_without_words("reason", "because"),
          "because"),
    Check("OFS-04", "The end of the study is on record already: correct that entry.", "Once per participant.", HARD,
          entry.already_there),
)  # fmt: skip
CHECKS: dict[str, tuple[Check, ...]] = {
    "cycle": DOSING + absent.CYCLE, "baseline": BASELINE + absent.BASELINE,
    "follow_up_scan": FOLLOW_UP_SCAN + absent.FOLLOW_UP_SCAN,
    "adverse_event": ADVERSE_EVENT + AWARENESS + absent.ADVERSE_EVENT,
    "hormone": HORMONE, "visit": VISIT, "blood_pressure": BLOOD_PRESSURE, "medication": MEDICATION, "history": HISTORY,
    "deviation": DEVIATION, "off_treatment": OFF_TREATMENT, "follow_up": FOLLOW_UP + absent.FOLLOW_UP, "death": DEATH,
    "withdrawal": WITHDRAWAL, "off_study": OFF_STUDY,
}  # fmt: skip
