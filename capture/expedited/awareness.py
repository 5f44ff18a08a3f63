"""Edit checks of what starts the clock of an expedited report; part of `capture.checks.CHECKS`."""

from capture.checking import HARD, SOFT, Check, Facts
from capture.conditions.entries import surely_before
from trial.rules.safety.expedited_reports import aware_at

EXPEDITED = "Expedited reporting [to be confirmed by the sponsor]."
ONLY_PAST, ORDER, PLAUSIBLE = "Only what happened is entered.", "Dates stand in the order of events.", "Plausibility."


def aware_in_the_future(facts: Facts) -> bool:
    """The site became aware later than now; without a time the day decides."""
    known_at = aware_at(facts["aware_on"], facts["aware_time"], facts["aware_offset"])
    return known_at is not None and known_at > facts["now"]


def graver_without_a_new_clock(facts: Facts) -> bool:
    """A correction raises the grade of an event with a clock, and leaves the moment at which the site knew of it."""
    before = facts["corrected"]
    if before is None or before.grade is None or facts["grade"] is None or facts["aware_on"] is None:
        return False
    names = ("aware_on", "aware_time", "aware_offset")
    return all(getattr(before, name) == facts[name] for name in names) and facts["grade"] > before.grade


AWARENESS = (
    Check("AE-13", "Say when the site became aware of the serious event: the clock of its report starts there.",
          EXPEDITED, HARD, lambda facts: facts["seriousness"] != "no" and facts["aware_on"] is None, "aware_on"),
    Check("AE-14", "The site became aware of the event before it began.", ORDER, HARD,
          lambda facts: surely_before(facts["aware_on"], facts["onset_on"]), "aware_on"),
    Check("AE-15", "The moment at which the site became aware lies in the future.", ONLY_PAST, HARD,
          aware_in_the_future, "aware_time"),
    Check("AE-16", "The time at which the site became aware needs its day.", EXPEDITED, HARD,
          lambda facts: facts["aware_time"] is not None and facts["aware_on"] is None, "aware_on"),
    Check("AE-17", "In hospital for 24 hours or more, and called not serious.", PLAUSIBLE, SOFT,
          lambda facts: facts["hospital_stay"] == "yes" and facts["seriousness"] == "no", "seriousness"),
    Check("AE-18", "The grade is higher than before, and the site is said to have known of it just as early: if it "
          "rose, enter a further episode; if it was known later, correct that.", EXPEDITED, SOFT,
          graver_without_a_new_clock, "aware_on"),
)  # fmt: skip
