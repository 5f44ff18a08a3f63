"""What can be wrong with a tumour assessment."""

from collections.abc import Callable
from datetime import date

from capture.checking import Facts
from trial import protocol
from trial.rules.response import recist
from trial.rules.response.criteria import Criteria

Condition = Callable[[Facts], bool]


def not_measurable(criteria: Criteria) -> Condition:
    """A target is smaller than its method can measure."""
    return lambda facts: any(
        not recist.is_measurable(each.longest_diameter_mm, facts["method"], each.organ, facts["slice"], criteria)
        for each in facts["targets"]
    )


def too_many_targets(criteria: Criteria) -> Condition:
    """More targets than the criteria take in all."""
    return lambda facts: len(facts["targets"]) > criteria.targets_in_all


def never_measurable(facts: Facts) -> bool:
    """A target in bone, or one that a clinical examination cannot measure."""
    return any(recist.is_never_measurable(each.organ, facts["method"]) for each in facts["targets"])


def too_many_in_an_organ(criteria: Criteria) -> Condition:
    """More targets in one organ than the criteria take."""
    return lambda facts: recist.too_many_in_an_organ([each.organ for each in facts["targets"]], criteria)


def baseline_too_early(facts: Facts) -> bool:
    """More than four weeks before treatment."""
    day_1 = facts["day_1"]
    return day_1 is not None and (day_1 - facts["assessed_on"]).days > protocol.constant("baseline_window_days")


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


def off_schedule(facts: Facts) -> bool:
    """Outside the window of every due date from day 1 on, and not the confirmation of a response."""
    day_1 = facts["day_1"]
    if day_1 is None or within_a_window(day_1, facts["assessed_on"]):
        return False
    earliest = protocol.constant("confirmation_days")
    latest = earliest + protocol.constant("assessment_window_days")
    return not any(earliest <= (facts["assessed_on"] - on).days <= latest for on in facts["responses_on"])


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
