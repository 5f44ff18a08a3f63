"""The edit checks of tumour assessments, baseline and follow-up; `capture.checks` holds the whole register.

Limits and words follow the criteria that the protocol chooses.
"""

from capture.checking import HARD, SOFT, Check
from capture.conditions import assessment as scan
from capture.conditions import entries as entry
from trial import protocol
from trial.rules.response.criteria import Criteria
from trial.rules.response.recist import IN_FORCE

ONLY_PAST, ORDER = "Only what happened is entered.", "Dates stand in the order of events."
RECIST, REGISTRY, PLAUSIBLE = IN_FORCE.name, protocol.REGISTRY, "Plausibility."

NOT_IN_FUTURE = Check("SCAN-01", "The date of the assessment lies in the future.", ONLY_PAST, HARD,
                      lambda facts: facts["assessed_on"] > facts["today"], "assessed_on")  # fmt: skip


def baseline_checks(by: Criteria) -> tuple[Check, ...]:
    """The checks of a baseline by these criteria."""
    return (
        Check("BASE-01", "The baseline assessment lies after day 1 of treatment.", "Baseline precedes treatment.", HARD,
              lambda facts: facts["day_1"] is not None and facts["assessed_on"] > facts["day_1"], "assessed_on"),
        Check("BASE-02", "The baseline assessment is more than 28 days before day 1.", by.name, SOFT,
              scan.baseline_too_early, "assessed_on"),
        Check("BASE-03", f"At most {by.targets_per_organ} target lesions per organ.", by.name, HARD,
              scan.too_many_in_an_organ(by)),
        Check("BASE-04", f"At most {by.targets_in_all} target lesions in all.", by.name, HARD,
              scan.too_many_targets(by)),
        Check("BASE-05", by.too_small_words, by.name, HARD, scan.not_measurable(by)),
        Check("BASE-06", "At least one target lesion is needed: the trial asks for measurable disease.", REGISTRY, HARD,
              lambda facts: not facts["targets"]),
        Check("BASE-07", "A lesion that was followed since cannot be taken off the baseline.",
              "Lesions keep their identity.", HARD, lambda facts: bool(facts["followed_but_left_out"])),
        Check("BASE-09", by.bone_words, by.name, SOFT, scan.never_measurable),
        NOT_IN_FUTURE,
        Check("SCAN-02", "A lesion is smaller than twice the slice thickness.", by.name, SOFT, scan.under_two_slices),
    )  # fmt: skip


BASELINE = baseline_checks(IN_FORCE)
FOLLOW_UP_SCAN = (
    Check("FOLL-01", "A follow-up assessment comes after day 1 of treatment.", RECIST, HARD,
          lambda facts: facts["day_1"] is None or facts["assessed_on"] <= facts["day_1"], "assessed_on"),
    Check("FOLL-02", "A lesion does not belong to this participant's baseline.", "Lesions keep their identity.", HARD,
          lambda facts: not facts["lesions_known"]),
    Check("FOLL-03", "Each lesion of the baseline needs a reading, or “not evaluated” with a reason.", RECIST, HARD,
          lambda facts: bool(facts["lesions_left_out"])),
    Check("FOLL-04", "Say why a lesion was not evaluated.", "Missing is never zero.", HARD,
          lambda facts: any(each.state == "not_evaluated" and not each.not_evaluated_reason.strip()
                            for each in facts["readings"])),
    Check("FOLL-05", f"A measured lesion needs its {IN_FORCE.any_size_words}, more than 0 mm.", RECIST, HARD,
          lambda facts: any(each.state in ("measured", "too_small") and not each.longest_diameter_mm
                            for each in facts["readings"])),
    Check("FOLL-06", "A lesion more than doubled since it was last measured: please check.", PLAUSIBLE, SOFT,
          scan.more_than_doubled),
    Check("FOLL-07", "Another assessment is on record for this day.", "One assessment per day.", HARD,
          lambda facts: facts["assessed_on"] in facts["other_dates"], "assessed_on"),
    Check("FOLL-08", "The scan of a lesion lies in the future.", ONLY_PAST, HARD,
          lambda facts: any(each.scanned_on and each.scanned_on > facts["today"] for each in facts["readings"])),
    Check("FOLL-09", "Say when the new lesion was first seen.", "Progression is dated by the scan.", HARD,
          lambda facts: facts["new_lesions"] == "yes" and facts["new_lesion_on"] is None, "new_lesion_on"),
    Check("FOLL-10", "The investigator's response is not the one that the measurements make.", RECIST, SOFT,
          scan.opinion_differs, "investigator_response"),
    Check("FOLL-11", "The assessment lies after the death on record.", ORDER, HARD, entry.after_death("assessed_on"),
          "assessed_on"),
    Check("FOLL-12", "The assessment lies outside its window: every 8 weeks from day 1, 7 days either side.",
          "Tumour assessment every 8 weeks [our reading].", SOFT, scan.off_schedule, "assessed_on"),
    Check("FOLL-13", "The method is not that of the baseline: lesions are followed by the method they were chosen by.",
          RECIST, SOFT, scan.method_changed, "method"),
    Check("FOLL-14", "The slices are thicker than at baseline: lesions are followed by the same technique.", RECIST,
          SOFT, scan.slices_thicker, "slice_thickness_mm"),
    Check("FOLL-15", "A non-target lesion that was gone is present again, and nothing here says progression: please "
          "check.", RECIST, SOFT, scan.came_back_unsaid),
    Check("FOLL-16", "The new lesion was first seen in the future, or no later than the baseline: then it is not new.",
          ORDER, HARD, scan.new_lesion_at_an_impossible_time, "new_lesion_on"),
    Check("FOLL-18", "The scan of a lesion lies no later than day 1 of treatment.", RECIST, HARD,
          lambda facts: facts["day_1"] is not None
          and any(each.scanned_on and each.scanned_on <= facts["day_1"] for each in facts["readings"])),
    Check("FOLL-19", "A lesion was seen more than 14 days before or after the date of the assessment.", PLAUSIBLE,
          SOFT, scan.scans_far_apart),
    NOT_IN_FUTURE,
)  # fmt: skip
