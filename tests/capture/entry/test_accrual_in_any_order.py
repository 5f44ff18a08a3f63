"""The gate under whatever is entered in whatever order, through the services: never past it, never shut for nothing."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, corrections, entries, registration
from tests.capture.entry.test_accrual import DAY_1, SMALL, _choose, _dose, _respond
from tests.cast import Cast, cast_of, register
from trial.models import Participant, Reopening, Role
from trial.protocol import AnalysisSettings
from trial.record.save import Save
from trial.refused import Refused

pytestmark = pytest.mark.timeout(600)
PLACES, NEEDED = SMALL.participants[0], 2
ACTS = ("register", "register", "respond", "respond", "take_back", "dose", "ineligible", "never_started", "move",
        "reopen", "withdraw")  # fmt: skip


@dataclass
class Expected:
    """What was done to each participant of group A, kept beside the record in the order of registration."""

    members: dict[int, set[str]] = field(default_factory=dict)
    lifted: bool = False

    def is_open(self) -> bool:
        """The rule in other words, out of what was done."""
        gone = {"ineligible", "never_started", "move"}
        first = [done for done in self.members.values() if not done & gone][:PLACES]
        enough = sum("respond" in done for done in first) >= NEEDED
        return len(first) < PLACES or enough or self.lifted


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; stage 1 of group A has four places."""
    made = cast_of()
    _choose(AnalysisSettings(plan=SMALL))
    return made


def test_registrations_responses_findings_and_reopenings_in_any_order(cast: Cast) -> None:
    expected = Expected({cast.participant.pk: set()})

    # Each example goes on with the study that the last one left: the rule holds from any state.
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(some.lists(some.tuples(some.sampled_from(ACTS), some.integers(0, 5)), min_size=3, max_size=8))
    def play(acts: list[tuple[str, int]]) -> None:
        for act, which in acts:
            _act(cast, expected, act, which)

    play()
    assert len(expected.members) > PLACES


def _act(cast: Cast, expected: Expected, act: str, which: int) -> None:
    nora, chris = cast.people[Role.COORDINATOR], cast.people[Role.CHAIR]
    if act == "register":
        was_open = expected.is_open()
        try:
            expected.members[register(nora, cast.north).pk] = set()
            assert was_open, "admitted past the gate"
        except Refused:
            assert not was_open, "refused while open"
    elif act == "reopen":
        if not expected.is_open():
            registration.reopen(Save(chris), "A", "because")
            expected.lifted = True
    elif act == "withdraw":
        for row in Reopening.objects.standing():
            registration.withdraw(Save(chris), row, "because")
        expected.lifted = False
    else:
        key = list(expected.members)[-1 - which % len(expected.members)]
        done = expected.members[key]
        if _to_participant(cast, Participant.objects.get(pk=key), act, done):
            done.add(act)


def _to_participant(cast: Cast, participant: Participant, act: str, done: set[str]) -> bool:
    """Whether the act was possible and done."""
    nora = cast.people[Role.COORDINATOR]
    if done & {"ineligible", "never_started", "move"}:
        return False
    if act == "respond" and not done & {"respond", "dose", "scanned"}:
        _respond(cast, participant)
        done.add("scanned")
    elif act == "dose" and "dose" not in done and "scanned" not in done:
        _dose(cast, participant)
    elif act == "take_back" and "respond" in done:
        last = participant.assessments.standing().latest("assessed_on")
        assessments.strike_out(Save(nora, reason="error"), last)
        done.discard("respond")
    elif act == "ineligible":
        registration.record_finding(Save(nora), participant, "ineligible", date(2026, 2, 1), "G3")
    elif act == "never_started" and not done & {"dose", "scanned"}:
        off = {"off_on": DAY_1, "reason": "never_started", "because": ""}
        entries.save(Save(nora), participant, ENTRY_FORMS["off_treatment"], off)
    elif act == "move":
        kind = {"tumour_type": "insulinoma", "histology": "islet_cell"}
        corrections.correct_participant(Save(nora, reason="Entry error"), participant, kind)
    else:
        return False
    return True
