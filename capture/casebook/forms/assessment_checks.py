"""The edit checks of tumor assessments, baseline and follow-up; `capture.casebook.registry` holds the whole register.

Limits and words follow the criteria that the protocol chooses.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from capture.casebook.checks import (
    DOES_NOT_APPLY,
    HARD,
    ONLY_PAST,
    ORDER,
    PLAUSIBLE,
    RECIST,
    REGISTRY,
    SOFT,
    Check,
    Facts,
    after_death_check,
    at_rows,
    of_lines,
)
from trial import protocol
from trial.rules.response import recist
from trial.rules.response.criteria import Criteria
from trial.rules.response.recist import IN_FORCE

Condition = Callable[[Facts], bool]
FoundRows = Callable[[Facts], list[Any]]


def not_measurable(criteria: Criteria) -> FoundRows:
    """The targets that are smaller than their method can measure."""
    return lambda facts: [
        each for each in facts["targets"]
        if not recist.is_measurable(each.longest_diameter_mm, facts["method"], each.organ, facts["slice"], criteria)
    ]  # fmt: skip


def too_many_in_an_organ(criteria: Criteria) -> FoundRows:
    """The targets of an organ that has more than the criteria take."""
    def found(facts: Facts) -> list[Any]:
        organs = [each.organ for each in facts["targets"]]
        full = {each for each in organs if recist.too_many_in_an_organ([each] * organs.count(each), criteria)}
        return [each for each in facts["targets"] if each.organ in full]

    return found


def under_two_slices(facts: Facts) -> bool:
    """A target smaller than two slices of the scan."""
    return any(recist.is_under_two_slices(each.longest_diameter_mm, facts["slice"]) for each in facts["targets"])


def more_than_doubled(facts: Facts) -> bool:
    """A lesion is more than twice as long as when it was last measured."""
    return any(
        reading.longest_diameter_mm and previous and reading.longest_diameter_mm > previous * 2
        for reading, previous in facts["with_previous"]
    )


def opinion_differs(facts: Facts) -> bool:
    """The investigator's own response is not the computed one."""
    opinion, computed = facts["investigator_response"], facts["computed_response"]
    return bool(opinion and computed and opinion != computed)


def merged_with_no_whole(facts: Facts) -> list[Any]:
    """Lesions merged with one that is no other target of the participant, or is itself merged at this assessment."""
    merged = {each.lesion_id for each in facts["readings"] if each.state == "merged"}
    wholes = {label: lesion for lesion, label in facts["targets"].items() if lesion not in merged}
    return [each for each in facts["readings"] if each.state == "merged" and each.merged_with not in wholes]


def apart_after_merging(facts: Facts) -> bool:
    """A lesion has a size of its own at an assessment after one at which it had merged with another."""
    return any(
        (each.state in recist.SIZED and each.lesion_id in facts["merged_before"])
        or (each.state == "merged" and each.lesion_id in facts["measured_after"])
        for each in facts["readings"]
    )


def off_schedule(facts: Facts) -> bool:
    """Outside the window of every due date from day 1 on, and not the confirmation of a response."""
    day_1 = facts["day_1"]
    if day_1 is None or within_a_window(day_1, facts["assessed_on"]):
        return False
    days = facts["confirmation_days"]
    return not any(confirms(on, facts["assessed_on"], days) for on in facts["responses_on"])


def confirms(response_on: date, assessed_on: date, days: int) -> bool:
    """Whether the assessment comes when a response of that day is confirmed: after so many days, or in a week more."""
    return days <= (assessed_on - response_on).days <= days + protocol.constant("assessment_window_days")


def within_a_window(day_1: date, assessed_on: date) -> bool:
    """Whether the day lies within 7 days of a multiple of 8 weeks after day 1."""
    every, window = protocol.constant("assessment_interval_days"), protocol.constant("assessment_window_days")
    nearest = max(1, round((assessed_on - day_1).days / every))
    return abs((assessed_on - day_1).days - nearest * every) <= window


def method_changed(facts: Facts) -> bool:
    """Another method than that of the baseline: a change of size may then be one of method only."""
    baseline = facts["baseline"]
    return baseline is not None and facts["method"] != baseline.method


def slices_thicker(facts: Facts) -> bool:
    """Thicker slices than at baseline; thinner ones measure no worse. False where either is not known."""
    baseline = facts["baseline"]
    known = baseline is not None and None not in (baseline.slice_thickness_mm, facts["slice"])
    return known and facts["slice"] > baseline.slice_thickness_mm


def new_lesion_at_an_impossible_time(facts: Facts) -> bool:
    """In the future, or on the baseline scan already."""
    seen_on, baseline = facts["new_lesion_on"], facts["baseline"]
    if seen_on is None:
        return False
    return seen_on > facts["today"] or (baseline is not None and seen_on <= baseline.assessed_on)


def scans_far_apart(facts: Facts) -> bool:
    """A scan, or the first sight of a new lesion, more than two windows from the date of the assessment."""
    days = [each.scanned_on for each in facts["readings"]] + [facts["new_lesion_on"]]
    most = 2 * protocol.constant("assessment_window_days")
    return any(day is not None and abs((day - facts["assessed_on"]).days) > most for day in days)


def came_back_unsaid(facts: Facts) -> bool:
    """A non-target lesion that was last seen absent is present, without progression of it and without a new lesion."""
    readings = facts["readings"]
    back = any(each.state == "present" and each.lesion_id in facts["gone_before"] for each in readings)
    progression = any(each.state == "unequivocal_progression" for each in readings)
    return back and not progression and facts["new_lesions"] != "yes"


NOT_IN_FUTURE = Check("SCAN-01", "The assessment date must not be in the future.", ONLY_PAST, HARD,
                      lambda facts: facts["assessed_on"] > facts["today"], "assessed_on")  # fmt: skip


def baseline_checks(by: Criteria) -> tuple[Check, ...]:
    """The checks of a baseline by these criteria."""
    return (
        at_rows("BASE-03", f"There must be at most {by.targets_per_organ} target lesions per organ.", by.name, "organ",
                too_many_in_an_organ(by)),
        Check("BASE-04", f"There must be at most {by.targets_in_all} target lesions in total.", by.name, HARD,
              lambda facts: len(facts["targets"]) > by.targets_in_all),
        at_rows("BASE-05", by.too_small_words, by.name, "longest_diameter_mm", not_measurable(by)),
        Check("BASE-06", "At least one target or non-target lesion is required.", by.name, HARD,
              lambda facts: not facts["targets"] and not facts["non_targets"], edition=2),
        Check("BASE-14", "There is no target lesion, and measurable disease was not waived.", REGISTRY, SOFT,
              lambda facts: not facts["targets"] and "measurable" not in facts["waived"]),
        at_rows("BASE-07", "A lesion with follow-up measurements must stay in the baseline.",
                "Lesions keep their identity.", "organ", lambda facts: sorted(facts["followed_but_left_out"])),
        Check("BASE-09", by.bone_words, by.name, SOFT,
              lambda facts: any(recist.is_never_measurable(each.organ, facts["method"]) for each in facts["targets"])),
        after_death_check("BASE-10", "The baseline assessment must not be after the date of death.", "assessed_on"),
        NOT_IN_FUTURE,
        Check("SCAN-02", "A target lesion is smaller than twice the slice thickness.", by.name, SOFT, under_two_slices),
    )  # fmt: skip


BASELINE = baseline_checks(IN_FORCE)
FOLLOW_UP_SCAN = (
    Check("FOLL-02", "Every lesion must belong to this participant's baseline.", "Lesions keep their identity.", HARD,
          lambda facts: not facts["lesions_known"]),
    at_rows("FOLL-03", "Each baseline lesion needs a measurement or a state, or “not evaluated” with a reason.",
            RECIST, "state", lambda facts: sorted(facts["lesions_left_out"])),
    at_rows("FOLL-04", "A lesion that was not evaluated needs a reason.", "Missing is never zero.",
            "not_evaluated_reason", of_lines("readings", lambda each: each.state == "not_evaluated"
                                             and not each.not_evaluated_reason.strip())),
    at_rows("FOLL-05", f"A measured lesion needs its {IN_FORCE.any_size_words}, more than 0 mm.", RECIST,
            "longest_diameter_mm", of_lines("readings", lambda each: each.state in recist.SIZED
                                            and not each.longest_diameter_mm)),
    Check("FOLL-06", "A lesion has more than doubled since its last measurement.", PLAUSIBLE, SOFT,
          more_than_doubled),
    Check("FOLL-07", "Only one assessment is allowed per day, and another is entered for this day.",
          "One assessment per day.", HARD,
          lambda facts: facts["assessed_on"] in facts["other_dates"], "assessed_on"),
    at_rows("FOLL-08", "The lesion scan date must not be in the future.", ONLY_PAST, "scanned_on",
            lambda facts: [each for each in facts["readings"] if each.scanned_on and each.scanned_on > facts["today"]]),
    Check("FOLL-09", "The date on which the new lesion was first seen is required.",
          "Progression is dated by the scan.", HARD,
          lambda facts: facts["new_lesions"] == "yes" and facts["new_lesion_on"] is None, "new_lesion_on"),
    Check("FOLL-10", "The investigator's response differs from the computed response.", RECIST, SOFT,
          opinion_differs, "investigator_response"),
    after_death_check("FOLL-11", "The assessment must not be after the date of death.", "assessed_on"),
    Check("FOLL-12", "The assessment is outside its window (every 8 weeks from day 1, ±7 days).",
          "Tumor assessment every 8 weeks [interpretation].", SOFT, off_schedule, "assessed_on"),
    Check("FOLL-13", "The method differs from the baseline method.", RECIST, SOFT, method_changed, "method"),
    Check("FOLL-14", "The slices are thicker than at baseline.", RECIST, SOFT, slices_thicker, "slice_thickness_mm"),
    Check("FOLL-15", "A non-target lesion that was absent is present again, and no progression is entered.",
          RECIST, SOFT, came_back_unsaid),
    Check("FOLL-16", "A new lesion must be first seen after the baseline assessment, and not in the future.",
          ORDER, HARD, new_lesion_at_an_impossible_time, "new_lesion_on"),
    Check("FOLL-22", "Enter cycle 1 first: day 1 of treatment is missing. Without treatment, progression is entered in "
          "the follow-up form.", RECIST, HARD, lambda facts: facts["day_1"] is None),
    at_rows("FOLL-26", "A lesion must have merged with another target of the baseline that has not itself merged.",
            RECIST, "merged_with", merged_with_no_whole),
    Check("FOLL-27", "A lesion that had merged with another has a measurement of its own afterwards.",
          PLAUSIBLE, SOFT, apart_after_merging),
    Check("FOLL-19", "A lesion scan date is more than 14 days from the assessment date.", PLAUSIBLE,
          SOFT, scans_far_apart),
    NOT_IN_FUTURE,
)  # fmt: skip


WITHOUT_SLICES = ("clinical", "chest_xray")


def new_lesion_without_one(facts: Facts) -> bool:
    """Where or when a new lesion was seen, although none is reported."""
    described = facts["new_lesion_on"] is not None or bool(facts["new_lesion_description"].strip())
    return described and facts["new_lesions"] != "yes"


def slices_without_slices(facts: Facts) -> bool:
    """A slice thickness of a method that takes no slices."""
    return facts["slice"] is not None and facts["method"] in WITHOUT_SLICES


SLICES = Check("NA-05", "The slice thickness must be empty for a method without slices.",
               DOES_NOT_APPLY, HARD, slices_without_slices, "slice_thickness_mm")  # fmt: skip


ABSENT_BASELINE = (SLICES,)


ABSENT_FOLLOW_UP_SCAN = (
    Check("NA-03", "The date and location of a new lesion must be empty unless “New lesions” is “Yes”.",
          DOES_NOT_APPLY, HARD,
          new_lesion_without_one, "new_lesions"),
    at_rows("NA-04", "The reason for “not evaluated” must be empty for an evaluated lesion.", DOES_NOT_APPLY,
            "not_evaluated_reason", of_lines("readings", lambda each: each.not_evaluated_reason.strip()
                                             and each.state != "not_evaluated")),
    SLICES,
)  # fmt: skip
