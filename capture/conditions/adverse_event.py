"""What can be wrong with an adverse event; terms and grades are those of CTCAE 3.0."""

from capture.checking import Facts
from capture.conditions.entries import surely_before
from trial.protocol import ctcae_v3


def unknown_term(facts: Facts) -> bool:
    """The term, or its select, is not in the dictionary."""
    try:
        term = ctcae_v3.term(facts["term"])
    except KeyError:
        return True
    selects = {each.code for each in term.selects}
    return facts["select"] not in selects if selects else bool(facts["select"])


def grade_does_not_exist(facts: Facts) -> bool:
    """The term has no such grade."""
    if facts["grade"] is None or unknown_term(facts):
        return False
    return facts["grade"] not in ctcae_v3.grades_of(facts["term"], facts["select"])


def other_unspecified(facts: Facts) -> bool:
    """An “other” term without words."""
    return not unknown_term(facts) and ctcae_v3.is_other(facts["term"]) and not facts["other_words"].strip()


def death_disagrees(facts: Facts) -> bool:
    """Grade 5 and a fatal outcome belong together."""
    return (facts["grade"] == 5) != (facts["outcome"] == "fatal")


def no_death_form(facts: Facts) -> bool:
    """Grade 5 while no death is on record."""
    return facts["grade"] == 5 and facts["died_on"] is None


def before_what_it_continues(facts: Facts) -> bool:
    """A further episode that begins before the event it continues."""
    first = facts["continues"]
    return first is not None and surely_before(facts["onset_on"], first.onset_on)


def early_but_not_baseline(facts: Facts) -> bool:
    """Began before consent, yet not marked as present at baseline."""
    return not facts["present_at_baseline"] and surely_before(facts["onset_on"], facts["consented_on"])
