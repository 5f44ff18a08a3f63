"""The gate of registration: stages of a plan, what closes a group, what opens it again."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from trial.protocol import group_named
from trial.rules.accrual import (
    CEILING,
    EFFICACY,
    FUTILITY,
    WAITING,
    Gate,
    Look,
    Reopened,
    Standing,
    accrual,
    surely_open,
)

SIMON = (Look(21, 1), Look(41, 4))


def one(number: int = 1, **changed: object) -> Standing:
    """An evaluable participant whose outcome may still change."""
    made = Standing(f"NET-{number:03d}", True, False, "", False, False, "2 of 6 cycles on record")
    return replace(made, **changed)  # type: ignore[arg-type]


PENDING = one()
RESPONDER = one(responder=True, mature=True)
DONE = one(mature=True)
UNDOSED = one(evaluable=False, why_not="no dose taken yet")
RULED_OUT = one(evaluable=False, ruled_out=True, why_not="found ineligible")


def gate(*groups: tuple[int, Standing], ceiling: int = 50, looks: tuple[Look, ...] = SIMON, **more: object) -> Gate:
    """The gate after so many participants of each kind, in this order."""
    standings = [each for count, each in groups for _ in range(count)]
    return accrual(group_named("A"), len(standings), ceiling, standings, looks, **more)  # type: ignore[arg-type]


TABLE = [
    ("nobody registered", [], True, ""),
    ("one place left", [(20, PENDING)], True, ""),
    ("stage 1 full, nobody has responded", [(21, PENDING)], False, WAITING),
    ("one responder is not enough", [(1, RESPONDER), (20, PENDING)], False, WAITING),
    ("a second responder opens it", [(2, RESPONDER), (19, PENDING)], True, ""),
    ("without a dose a place is still held", [(20, PENDING), (1, UNDOSED)], False, WAITING),
    ("one found ineligible gives the place back", [(20, PENDING), (1, RULED_OUT)], True, ""),
    ("and the next one takes it", [(20, PENDING), (1, RULED_OUT), (1, PENDING)], False, WAITING),
    ("one outcome immature: not futile yet", [(1, RESPONDER), (19, DONE), (1, PENDING)], False, WAITING),
    ("all mature with one responder: futile", [(1, RESPONDER), (20, DONE)], False, FUTILITY),
    ("all mature with two responders: passed", [(2, RESPONDER), (19, DONE)], True, ""),
    ("a responder beyond stage 1 does not count in it", [(1, RESPONDER), (20, PENDING), (1, RESPONDER)], False,
     WAITING),
    ("passed, then far into stage 2", [(2, RESPONDER), (40, DONE)], True, ""),
    ("the ceiling", [(2, RESPONDER), (48, DONE)], False, CEILING),
]  # fmt: skip


@pytest.mark.parametrize(("groups", "is_open", "ground"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_gate_of_simons_plan(groups: list[tuple[int, Standing]], is_open: bool, ground: str) -> None:
    found = gate(*groups)
    assert (found.open, found.ground) == (is_open, ground)


def test_the_line_says_where_stage_1_stands_and_what_it_needs() -> None:
    closed = gate((1, RESPONDER), (17, DONE), (3, PENDING))
    assert closed.line == (
        "Closed after stage 1: 21 of 21 evaluable, 1 of 2 responders needed; 3 outcomes still immature."
    )
    assert closed.needed == ("1 more confirmed responder", "3 outcomes to mature")
    waits = gate((19, PENDING), (2, UNDOSED))
    assert "19 of 21 evaluable, 2 without a dose yet, 0 of 2 responders needed" in waits.line
    assert gate((1, RESPONDER), (20, DONE)).line == (
        "Closed after stage 1 for futility: 21 of 21 evaluable, 1 of 2 responders needed; every outcome is mature."
    )
    assert gate((18, PENDING)).line == "Open, stage 1: 18 of 21 counted, 0 of 2 responders needed."
    assert gate((2, RESPONDER), (30, DONE)).line == "Open, stage 1 passed with 2 responders: 32 of 50 places are taken."
    assert gate((18, PENDING)).needed == ("3 more participants to fill stage 1", "2 more confirmed responders",
                                          "18 outcomes to mature")  # fmt: skip


def test_the_door_says_why_without_a_result() -> None:
    name = "Group A (Carcinoid) is"
    assert gate((7, RESPONDER)).because == f"{name} open: 7 of 50 places are taken."
    waiting, futile = gate((1, RESPONDER), (20, PENDING)), gate((1, RESPONDER), (20, DONE))
    assert waiting.because == f"{name} closed: the 21 places of stage 1 are taken, and their outcomes are awaited."
    assert futile.because == f"{name} closed: stage 1 is complete. The study chair decides how it goes on."
    lifted = gate((1, RESPONDER), (20, DONE), reopened=[Reopened(1, FUTILITY, "The committee asks for more.")])
    assert lifted.because == f"{name} open: 21 of 50 places are taken."


def test_a_reopening_lifts_what_it_was_given_for_and_nothing_later() -> None:
    waiting, futile = Reopened(1, WAITING, "Slow to mature."), Reopened(1, FUTILITY, "The committee asks for more.")
    full, failed = ((21, PENDING),), ((1, RESPONDER), (20, DONE))
    opened = gate(*full, reopened=[waiting])
    assert opened.open and opened.ground == WAITING
    assert opened.line.startswith("Reopened by the study chair: Slow to mature. Before: closed after stage 1")
    assert not gate(*failed, reopened=[waiting]).open
    assert gate(*failed, reopened=[futile]).open and gate(*full, reopened=[futile]).open
    assert not gate(*full, reopened=[Reopened(2, WAITING, "of a later stage")]).open


def test_no_reopening_lifts_the_ceiling() -> None:
    found = gate((50, PENDING), reopened=[Reopened(1, WAITING, "w"), Reopened(1, CEILING, "c")])
    assert not found.open and found.ground == CEILING and not found.may_be_reopened
    assert found.line == "Closed to accrual: target reached (50 of 50)."


def test_without_suspension_a_full_stage_stays_open_until_futility() -> None:
    assert gate((25, PENDING), suspend=False).open
    assert gate((25, PENDING), suspend=False).line.startswith("Open while stage 1 matures: 21 of 21 evaluable")
    assert not gate((1, RESPONDER), (20, DONE), suspend=False).open


def test_an_efficacy_bound_closes_a_full_stage() -> None:
    looks = (Look(10, 0, 3), Look(20, 2, None))
    assert gate((3, RESPONDER), (6, PENDING), looks=looks).open
    found = gate((3, RESPONDER), (7, PENDING), looks=looks)
    assert (found.open, found.ground, found.may_be_reopened) == (False, EFFICACY, True)
    assert found.line == "Closed after stage 1 for efficacy: 3 responders of 3 needed to stop."


def test_each_interim_stage_of_a_longer_plan_closes_in_its_turn() -> None:
    looks = (Look(2, 0), Look(4, 1), Look(6, 2))
    assert gate((2, PENDING), looks=looks).stage.number == 1  # type: ignore[union-attr]
    second = gate((1, RESPONDER), (3, PENDING), looks=looks)
    assert not second.open and second.stage is not None and second.stage.number == 2
    assert gate((2, RESPONDER), (2, PENDING), looks=looks).open


def test_a_plan_of_one_stage_knows_the_ceiling_only() -> None:
    assert gate((30, PENDING), looks=(Look(21, 1),)).open
    assert gate((21, PENDING), looks=(Look(21, None), Look(41, 4))).open


def test_the_count_alone_decides_below_the_first_stage() -> None:
    assert surely_open(20, 50, SIMON) and not surely_open(21, 50, SIMON) and not surely_open(5, 5, SIMON)


def test_only_the_first_stage_is_read() -> None:
    asked = 0

    def standings() -> object:
        nonlocal asked
        while True:
            asked += 1
            yield PENDING

    assert not accrual(group_named("A"), 30, 50, standings(), SIMON).open  # type: ignore[arg-type]
    assert asked == 21


@dataclass
class _Registry:
    """A group that only grows through its gate, with the facts that the gate reads."""

    size: int
    futility: int
    ceiling: int
    standings: list[Standing] = field(default_factory=list)
    reopened: list[Reopened] = field(default_factory=list)

    def gate(self) -> Gate:
        looks = (Look(self.size, self.futility), Look(self.size * 2, self.futility * 2))
        registered, group = len(self.standings), group_named("B")
        return accrual(group, registered, self.ceiling, self.standings, looks, reopened=self.reopened)

    def places(self) -> list[Standing]:
        return [each for each in self.standings if not each.ruled_out][: self.size]

    def should_be_closed(self) -> bool:
        """The rule in other words: a full stage 1 with too few responders that nobody has lifted."""
        if len(self.standings) == self.ceiling:
            return True
        places = self.places()
        if len(places) < self.size or sum(each.responder for each in places) > self.futility:
            return False
        futile = not [each for each in places if not each.mature]
        return not any(each.ground == FUTILITY or not futile for each in self.reopened)


ACTS = some.sampled_from(("register", "register", "register", "dose", "respond", "unrespond", "mature", "rule_out",
                          "strike_out_finding", "reopen", "withdraw_reopening"))  # fmt: skip


@settings(deadline=None)
@given(
    some.integers(1, 6), some.integers(0, 2), some.integers(3, 14),
    some.lists(some.tuples(ACTS, some.integers(0, 30)), max_size=80),
)  # fmt: skip
def test_in_any_order_nobody_is_admitted_past_the_gate_and_it_never_stays_closed(
    size: int, futility: int, ceiling: int, acts: list[tuple[str, int]]
) -> None:
    group, was_passed = _Registry(size, min(futility, size - 1), ceiling), False
    for act, which in acts:
        _act(group, act, which)
        assert group.gate().open is not group.should_be_closed()
        assert len(group.standings) <= ceiling
        responders = sum(each.responder for each in group.places())
        # A responder who is ruled out later had opened the next stage.
        was_passed = was_passed or responders > group.futility
        never_lifted = not any(name in {"reopen", "strike_out_finding", "unrespond"} for name, _ in acts)
        if never_lifted and not was_passed:
            assert sum(not each.ruled_out for each in group.standings) <= size


def _act(group: _Registry, act: str, which: int) -> None:
    if act == "register":
        if group.gate().open:
            group.standings.append(one(len(group.standings) + 1, evaluable=False, why_not="no dose taken yet"))
    elif act == "reopen":
        found = group.gate()
        if found.may_be_reopened and found.stage:
            group.reopened.append(Reopened(found.stage.number, found.ground, "because"))
    elif act == "withdraw_reopening":
        group.reopened.clear()
    elif group.standings:
        place = which % len(group.standings)
        group.standings[place] = _changed(group.standings[place], act)


def _changed(each: Standing, act: str) -> Standing:
    if act == "rule_out":
        return replace(each, ruled_out=True, evaluable=False, responder=False, why_not="found ineligible")
    if act == "strike_out_finding":
        return replace(each, ruled_out=False, evaluable=True, why_not="")
    if each.ruled_out:
        return each
    changed: dict[str, dict[str, object]] = {
        "dose": {"evaluable": True, "why_not": ""},
        "respond": {"evaluable": True, "why_not": "", "responder": True, "mature": True},
        "unrespond": {"responder": False, "mature": False},
        "mature": {"mature": True},
    }
    return replace(each, **changed[act])  # type: ignore[arg-type]
