"""The settings of a group as the record hands them out."""

from dataclasses import replace
from decimal import Decimal

from trial.protocol import AnalysisSettings, StagePlan, analysis_settings


def test_settings_read_from_the_record_are_the_settings_that_were_saved() -> None:
    chosen = replace(AnalysisSettings(), plan=StagePlan((4, 8), (1, 2), (None, None), 0.1, 0.3))
    plan = {"participants": [4, 8], "futility": [1, 2], "efficacy": [None, None], "p0": Decimal("0.1"),
            "p1": Decimal("0.3")}  # fmt: skip
    read = analysis_settings.from_dict({**chosen.as_dict(), "confidence": Decimal("0.95"), "plan": plan})
    assert read == chosen and read.version() == chosen.version()
