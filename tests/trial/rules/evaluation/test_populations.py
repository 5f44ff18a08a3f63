"""Who is evaluable, and of which kind a reason is that somebody is not."""

from datetime import date
from typing import Any

import pytest

from trial import protocol
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation import populations
from trial.rules.evaluation.facts import DeathFact, OffTreatmentFact, ParticipantFact, WithdrawalFact

DAY = date(2026, 1, 1)
CRITERION = protocol.ELIGIBILITY[0].code


@pytest.mark.parametrize(("kind", "changed"), [
    ("found ineligible", {"findings": (("ineligible", "typed: by a site"),)}),
    ("registered in error", {"findings": (("in_error", ""),)}),
    ("registered under a waiver", {"unmet_criteria": (CRITERION,), "waived": True}),
    ("criteria not met", {"unmet_criteria": (CRITERION,)}),
    ("no consent on record", {"consented_on": None}),
    ("canceled before treatment", {"findings": (("cancelled", "typed: by a site"),)}),
    ("died before a first dose", {"death": DeathFact(1, PartialDate(2026, 1), "disease")}),
    ("withdrew before a first dose", {"withdrawals": (WithdrawalFact(1, DAY, "treatment"),)}),
    ("off treatment before a first dose", {"off_treatment": OffTreatmentFact(1, DAY, "progression")}),
    ("no dose taken yet", {}),
])  # fmt: skip
def test_every_reason_is_of_a_kind_without_what_a_site_typed(kind: str, changed: dict[str, Any]) -> None:
    one = ParticipantFact(1, "NET-001", "A", "NORTH", DAY, **{"consented_on": DAY, **changed})
    assert populations.kind_of(populations.why_not_evaluable(one)) == kind
    assert kind in populations.KINDS
