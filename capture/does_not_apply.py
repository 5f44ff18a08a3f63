"""Edit checks against forgotten values: an answer to a question that another answer took away is refused in words.

Such a value is neither dropped at saving nor left out of an export: whoever typed it clears it, or changes the answer
it hangs on. Whether an event was expected is asked of every event (the expedited reports need it), so it never hangs
on another answer. The event that ended while it goes on is a soft check: an episode may end by a change of grade.
"""

from datetime import timedelta

from capture.checking import HARD, SOFT, Check, Facts
from capture.conditions.adverse_event import unknown_term
from trial import protocol
from trial.protocol import ctcae_v3

SOURCE = "A question that does not apply has no answer."
WITHOUT_SLICES = ("clinical", "chest_xray")


def delay_without_delay(facts: Facts) -> bool:
    """A reason for a delay, although the cycle began within 28 days of the one before it."""
    before = dict(facts["numbered_starts"]).get(facts["number"] - 1)
    length = timedelta(days=protocol.constant("cycle_days"))
    return bool(facts["delay_reason"].strip()) and before is not None and facts["started_on"] - before <= length


def reason_for_full_dose(facts: Facts) -> bool:
    """A reason for a change of dose beside the full dose."""
    full = protocol.constant("full_dose_mg")
    return any(
        each.reason.strip() and each.dose_mg == full and each.frequency == "twice_daily" for each in facts["periods"]
    )


def new_lesion_without_one(facts: Facts) -> bool:
    """Where or when a new lesion was seen, although none is reported."""
    described = facts["new_lesion_on"] is not None or bool(facts["new_lesion_description"].strip())
    return described and facts["new_lesions"] != "yes"


def why_not_of_the_evaluated(facts: Facts) -> bool:
    """Why a lesion was not evaluated, although it was."""
    return any(each.not_evaluated_reason.strip() and each.state != "not_evaluated" for each in facts["readings"])


def slices_without_slices(facts: Facts) -> bool:
    """A slice thickness of a method that takes no slices."""
    return facts["slice"] is not None and facts["method"] in WITHOUT_SLICES


def words_of_no_other(facts: Facts) -> bool:
    """Words for an “other” event beside a term that says what it is."""
    return bool(facts["other_words"].strip()) and not unknown_term(facts) and not ctcae_v3.is_other(facts["term"])


def details_of_nothing(facts: Facts) -> bool:
    """How a progression was seen, or which new therapy, although there was none."""
    progressed = facts["progression"] in ("radiological", "clinical")
    return bool(facts["progression_method"] and not progressed) or bool(
        facts["new_therapy_name"].strip() and facts["new_therapy"] != "yes"
    )


SLICES = Check("NA-05", "This method takes no slices: clear the slice thickness, or choose the method again.", SOURCE,
               HARD, slices_without_slices, "slice_thickness_mm")  # fmt: skip
BASELINE = (SLICES,)
CYCLE = (
    Check("NA-01", "The cycle was not delayed: clear the reason for the delay.", SOURCE, HARD, delay_without_delay,
          "delay_reason"),
    Check("NA-02", "The full dose needs no reason: clear it, or choose the dose again.", SOURCE, HARD,
          reason_for_full_dose),
)  # fmt: skip
FOLLOW_UP_SCAN = (
    Check("NA-03", "No new lesion is reported: clear when and where it was seen, or answer yes.", SOURCE, HARD,
          new_lesion_without_one, "new_lesions"),
    Check("NA-04", "A lesion was evaluated: clear why it was not.", SOURCE, HARD, why_not_of_the_evaluated),
    SLICES,
)  # fmt: skip
ADVERSE_EVENT = (
    Check("NA-06", "The term says what the event is: clear the words of the “other” event.", SOURCE, HARD,
          words_of_no_other, "other_words"),
    Check("NA-07", "The event goes on by its outcome, and the day it ended is given.", SOURCE, SOFT,
          lambda facts: facts["outcome"] in ("not_recovered", "recovering") and facts["resolved_on"] is not None,
          "resolved_on"),
)  # fmt: skip
FOLLOW_UP = (
    Check("NA-08", "A method belongs to a progression, and a name to a new therapy: clear it, or change the answer.",
          SOURCE, HARD, details_of_nothing, "progression"),
)  # fmt: skip
