"""The criteria that the protocol chooses, out of those that the program knows. PURE.

The choice is the constant `criteria` of the protocol, made when a study is set up. It is no setting of the analysis:
lesions are chosen and measured by it from the first baseline on, so it stands once anybody is registered
(`trial.criteria_on_record` sees to that).
"""

from trial import protocol
from trial.rules.criteria import Criteria
from trial.rules.recist_1_0 import RECIST_1_0
from trial.rules.recist_1_1 import RECIST_1_1

KNOWN = (RECIST_1_0, RECIST_1_1)


def named(name: str) -> Criteria:
    """The criteria of this name; ValueError in words for others."""
    for each in KNOWN:
        if each.name == name:
            return each
    raise ValueError(f"{name} is unknown; the program knows {' and '.join(each.name for each in KNOWN)}.")


IN_FORCE = named(protocol.CRITERIA)
