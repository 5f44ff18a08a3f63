"""What keeps a laboratory value from being graded by CTCAE 3.0: its unit, or a limit of normal that is missing."""

from capture.checking import Facts
from capture.grading.grades import grade_line
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.rules.safety.laboratory import Grading


def _not_gradable(facts: Facts) -> list[Grading]:
    """Analytes that CTCAE 3.0 gives limits for; another one has no grade anyway."""
    found = [grade_line(line) for line in facts["lines"] if line["analyte"] in ANALYTES and line["unit"]]
    return [each for each in found if each is not None and each.grade is None]


def unit_has_no_limits(facts: Facts) -> bool:
    """A value is in a unit for which its analyte has no limits."""
    return any(not each.missing_limit for each in _not_gradable(facts))


def limit_of_normal_missing(facts: Facts) -> bool:
    """A value could be graded if the laboratory's limit of normal were given."""
    return any(each.missing_limit for each in _not_gradable(facts))
