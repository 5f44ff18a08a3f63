"""The settings that a group is analysed with, now or as of a change: the protocol's constants and later choices.

Not pure: it reads the record. The settings of a group are one row of it, changed by the statistician under a Change.
"""

import json

from trial.evaluation.settings import AnalysisSettings, from_dict
from trial.models import GroupSettings
from trial.rows import Reader


def settings_in_force(group: str, as_of: int | None = None) -> AnalysisSettings:
    """The settings of a group (as_of: change number, None: now). Raises WrongSettings for a row that cannot be."""
    rows = Reader(as_of).rows(GroupSettings, "group", [group])
    if not rows:
        return AnalysisSettings()
    # The reader gives decimals; rates and confidence are floats, of which the fingerprint of the settings is made.
    return from_dict(json.loads(json.dumps(rows[0]["chosen"], default=float)))
