"""What broke the protocol but happened is entered with a reason, and proposes a protocol deviation."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from analysis.outcomes import treatment
from capture.casebook.forms.assessment import NewLesion
from capture.casebook.registry import ChecksFailed, SecondLook
from capture.entry.services import assessments, dosing
from capture.entry.services.dosing import Period
from tests.capture.typed import opened
from tests.cast import Cast
from trial.models import Participant, Role
from trial.record.in_force import evaluation_of
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R46")
DAY_1 = date(2026, 1, 12)
FULL = (400, "twice_daily")


def _cycle(cast: Cast, number: int, start: date, to_day: int, *explained: str) -> None:
    given = dict.fromkeys(explained, "public holiday")
    save = Save(cast.people[Role.COORDINATOR], reason="misread", acknowledged=given)
    dosing.save_cycle(save, cast.participant, number, {"started_on": start}, [Period(1, to_day, *FULL)])


def _treatment(one: Participant) -> dict:
    found = evaluation_of(one)
    assert found is not None
    return treatment.derive(found.facts)


def test_a_cycle_that_begins_early_ends_the_one_before_it(cast: Cast) -> None:
    _cycle(cast, 1, DAY_1, 28)
    early = DAY_1 + timedelta(days=27)
    with pytest.raises(SecondLook, match="dosing periods are cut there"):
        _cycle(cast, 2, early, 28)
    _cycle(cast, 2, early, 28, "DOSE-02")
    first, second = cast.participant.cycles.standing().order_by("number")
    assert [(each.from_day, each.to_day) for each in first.periods.standing()] == [(1, 27)]
    gone = [each.struck_out_reason for each in first.periods.all() if each.is_struck_out]
    assert gone == ["Cycle 2 began on 08-FEB-2026."]
    # A day has one dose: 27 + 28 days at 800 mg, planned and taken.
    found = _treatment(cast.participant)
    assert (found["planned_mg"], found["taken_mg"], found["delays"]) == ("44000", "44000", [])
    with pytest.raises(ChecksFailed, match="end before the next cycle"):
        _cycle(cast, 1, DAY_1, 28, "DOSE-02", "DOSE-10")
    with pytest.raises(ChecksFailed, match="in cycle order"):
        _cycle(cast, 2, DAY_1, 28, "DOSE-02")
    _cycle(cast, 1, DAY_1, 27, "DOSE-02")


def test_tablets_beyond_day_28_are_recorded_up_to_the_next_cycle(cast: Cast) -> None:
    with pytest.raises(SecondLook, match="ends after day 28"):
        _cycle(cast, 1, DAY_1, 31)
    _cycle(cast, 1, DAY_1, 31, "DOSE-20")
    found = evaluation_of(cast.participant)
    assert found is not None and found.facts.last_dose_on == DAY_1 + timedelta(days=30)
    _cycle(cast, 2, DAY_1 + timedelta(days=31), 28)
    after = _treatment(cast.participant)
    assert (after["planned_mg"], after["taken_mg"], after["dose_intensity_percent"]) == ("47200", "47200", "100.0")
    assert after["delays"] == [{"cycle": 2, "days": 3}]
    nora = Client()
    nora.force_login(cast.people[Role.COORDINATOR])
    page = nora.get(f"/participants/{cast.participant.reference}/cycles/1/").text
    assert "Taken 24800\xa0mg of 24800\xa0mg planned: relative dose intensity 100.0%" in page


def test_an_explained_break_of_the_protocol_proposes_its_deviation_until_it_is_entered(cast: Cast) -> None:
    nora, reference = Client(), cast.participant.reference
    nora.force_login(cast.people[Role.COORDINATOR])
    head = {"assessed_on": DAY_1 + timedelta(days=2), "method": "spiral_ct", "slice_thickness_mm": 5,
            "marker": "not_done"}  # fmt: skip
    _cycle(cast, 1, DAY_1, 28)
    save = Save(cast.people[Role.COORDINATOR], acknowledged={"BASE-01": "scanner out of order"})
    assessments.save_baseline(save, cast.participant, head, [NewLesion("liver", "segment 4", Decimal(40))], [])
    page = nora.get(f"/participants/{reference}/").text
    assert "The baseline assessment is after day 1 of treatment." in page and "Record protocol deviation" in page
    address = page.split('href="')[1:]
    new = next(each.split('"')[0] for each in address if "deviation/new/?proposal=" in each)
    typed = opened(nora, new)
    assert typed["happened_on"] == "14-JAN-2026" and typed["kind"] == "assessment"
    assert typed["description"].endswith("scanner out of order")
    assert nora.post(new, typed).status_code == 302
    assert "Record protocol deviation" not in nora.get(f"/participants/{reference}/").text
