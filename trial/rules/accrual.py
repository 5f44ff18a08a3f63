"""Whether a group is open for registration: its ceiling, and the stage gate of its two-stage plan. PURE.

Stage gate [our reading]: registration closes when a stage is full and too few of it have responded. The chair may lift
that, never the ceiling. Nothing is remembered: the gate follows from the record as it stands, so that a response, a
finding or a correction opens or closes it by itself.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, NamedTuple

from trial.protocol import Group

# Why registration ends with a stage.
WAITING, FUTILITY, EFFICACY = "waiting", "futility", "efficacy"


@dataclass(frozen=True)
class Standing:
    """Where one registered participant stands with the gate.

    ruled_out: known to be non-evaluable; without a dose a participant is not evaluable yet, which is not the same.
    why_not: why not evaluable (empty: evaluable). because: why the outcome is mature, or what it waits for.
    """

    number: str
    evaluable: bool
    ruled_out: bool
    why_not: str
    responder: bool
    mature: bool
    because: str


class Look(NamedTuple):
    """One stage of a plan: participants in all, stop at or below `futility` or at or above `efficacy` (None: never)."""

    participants: int
    futility: int | None
    efficacy: int | None = None


@dataclass(frozen=True)
class Stage:
    """An interim stage: its size, the responders needed to go on, and who holds its places, by registration order."""

    number: int
    size: int
    responders_needed: int
    efficacy: int | None
    participants: tuple[Standing, ...]

    @property
    def is_full(self) -> bool:
        """Whether every place is held by someone who is or may still become evaluable."""
        return len(self.participants) >= self.size

    @property
    def evaluable(self) -> int:
        """How many of them are evaluable."""
        return sum(each.evaluable for each in self.participants)

    @property
    def responders(self) -> int:
        """How many of them are confirmed responders."""
        return sum(each.responder for each in self.participants)

    @property
    def immature(self) -> tuple[Standing, ...]:
        """Those whose outcome may still change."""
        return tuple(each for each in self.participants if not each.mature)

    @property
    def ground(self) -> str:
        """Why registration ends with this stage; empty: it goes on."""
        if not self.is_full:
            return ""
        if self.efficacy is not None and self.responders >= self.efficacy:
            return EFFICACY
        if self.responders >= self.responders_needed:
            return ""
        return WAITING if self.immature else FUTILITY

    @property
    def is_passed(self) -> bool:
        """Whether the group has gone on to the next stage by itself."""
        return self.is_full and not self.ground

    @property
    def needed(self) -> tuple[str, ...]:
        """What the stage still waits for, in words."""
        if self.is_passed:
            return ()
        found = []
        if (places := self.size - len(self.participants)) > 0:
            found.append(f"{many(places, 'more participant')} to fill stage {self.number}")
        if (short := self.responders_needed - self.responders) > 0:
            found.append(many(short, "more confirmed responder"))
            if self.immature:
                found.append(f"{many(len(self.immature), 'outcome')} to mature")
        return tuple(found)


def many(count: int, noun: str) -> str:
    """`1 responder`, `2 responders`."""
    return f"{count} {noun}{'s' if count != 1 else ''}"


def deciding(standings: Iterable[Standing], looks: Sequence[Look]) -> Stage | None:
    """The first stage that is not passed, else the last; None for a plan of one stage, which has no interim look.

    standings: of every registered participant by order of registration, read only as far as the stages reach.
    """
    stage = None
    for stage in _stages(standings, looks):
        if not stage.is_passed:
            break
    return stage


def _stages(standings: Iterable[Standing], looks: Sequence[Look]) -> Iterator[Stage]:
    counted = (each for each in standings if not each.ruled_out)
    held: list[Standing] = []
    for number, look in enumerate(looks[:-1], start=1):
        held += islice(counted, look.participants - len(held))
        needed = 0 if look.futility is None else look.futility + 1
        yield Stage(number, look.participants, needed, look.efficacy, tuple(held))


CEILING = "ceiling"


class Reopened(NamedTuple):
    """The chair's decision to lift what closed a group after a stage, and why."""

    stage: int
    ground: str
    because: str


@dataclass(frozen=True)
class Gate:
    """Open or closed and why.

    because: for the sites, with the name of the group and without any result. line: for the chair, short, with the
    counts. ground: what closed the group or what a reopening lifts (empty: nothing). stage: the interim stage that
    decides, the last one passed when all are (None: a plan of one stage). needed: what it still waits for, in words.
    """

    open: bool
    because: str
    line: str = ""
    ground: str = ""
    stage: Stage | None = None
    needed: tuple[str, ...] = ()

    @property
    def may_be_reopened(self) -> bool:
        """Whether the chair can lift what closed the group; a ceiling is never lifted."""
        return not self.open and self.ground != CEILING

    def as_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold, with the counts of the stage."""
        found = asdict(self)
        if self.stage is not None:
            found["stage"] |= {
                "is_full": self.stage.is_full, "is_passed": self.stage.is_passed, "evaluable": self.stage.evaluable,
                "responders": self.stage.responders, "immature": [each.number for each in self.stage.immature],
            }  # fmt: skip
        return dict(json.loads(json.dumps(found)))


def surely_open(registered: int, ceiling: int, looks: Sequence[Look]) -> bool:
    """Whether the count alone decides: too few are registered to fill the first stage or the ceiling."""
    return registered < min([ceiling, *(look.participants for look in looks[:1])])


def accrual(
    group: Group,
    registered: int,
    ceiling: int,
    standings: Iterable[Standing] = (),
    looks: Sequence[Look] = (),
    *,
    suspend: bool = True,
    reopened: Sequence[Reopened] = (),
) -> Gate:
    """The gate of one group after `registered` registrations.

    standings: of every registered participant by order of registration, read only as far as the stages reach. looks:
    the stages of the plan, the last of which closes nothing. suspend: whether a full stage waits for its outcomes.
    """
    stage = deciding(standings, looks)
    ground = _ground(registered, ceiling, stage, suspend)
    lifted = next((each for each in reopened if stage and _lifts(each, stage, ground)), None)
    is_open = not ground or lifted is not None
    taken = f"{registered} of {ceiling}"
    places = f"{taken} places are taken"
    line = _open(places, stage) if not ground else _closed(taken, stage, ground)
    if lifted is not None:
        line = f"Reopened by the study chair: {lifted.because.rstrip('.')}. Before: {line[0].lower()}{line[1:]}"
    name = f"Group {group.code} ({group.name})"
    because = f"{name} is open: {places}." if is_open else f"{name} is closed{_at_the_door(taken, stage, ground)}"
    return Gate(is_open, because, line, ground, stage, stage.needed if stage else ())


def _ground(registered: int, ceiling: int, stage: Stage | None, suspend: bool) -> str:
    if registered >= ceiling:
        return CEILING
    ground = stage.ground if stage else ""
    return "" if ground == WAITING and not suspend else ground


def _lifts(each: Reopened, stage: Stage, ground: str) -> bool:
    """A reopening after futility also holds when an outcome turns immature again; not the other way round."""
    same = each.ground == ground or (each.ground == FUTILITY and ground == WAITING)
    return ground != CEILING and each.stage == stage.number and same


def _at_the_door(taken: str, stage: Stage | None, ground: str) -> str:
    """Why, without a result: sites do not see the endpoints of a group."""
    if stage is None or ground == CEILING:
        return f" to accrual: target reached ({taken})."
    if ground == WAITING:
        return f": the {stage.size} places of stage {stage.number} are taken, and their outcomes are awaited."
    return f": stage {stage.number} is complete. The study chair decides how it goes on."


def _closed(taken: str, stage: Stage | None, ground: str) -> str:
    if stage is None or ground == CEILING:
        return f"Closed to accrual: target reached ({taken})."
    after = f"Closed after stage {stage.number}"
    if ground == EFFICACY:
        return f"{after} for efficacy: {many(stage.responders, 'responder')} of {stage.efficacy} needed to stop."
    if ground == FUTILITY:
        return f"{after} for futility: {_counts(stage)}; every outcome is mature."
    return f"{after}: {_counts(stage)}; {_immature(stage)}."


def _open(places: str, stage: Stage | None) -> str:
    if stage is None:
        return f"Open: {places}."
    if not stage.is_full:
        return f"Open, stage {stage.number}: {len(stage.participants)} of {stage.size} counted, {_of_needed(stage)}."
    if stage.is_passed:
        return f"Open, stage {stage.number} passed with {many(stage.responders, 'responder')}: {places}."
    return f"Open while stage {stage.number} matures: {_counts(stage)}; {_immature(stage)}."


def _counts(stage: Stage) -> str:
    words = f"{stage.evaluable} of {stage.size} evaluable"
    if (undosed := len(stage.participants) - stage.evaluable) > 0:
        words += f", {undosed} without a dose yet"
    return f"{words}, {_of_needed(stage)}"


def _of_needed(stage: Stage) -> str:
    if not stage.responders_needed:
        return many(stage.responders, "responder")
    return f"{stage.responders} of {many(stage.responders_needed, 'responder')} needed"


def _immature(stage: Stage) -> str:
    return f"{many(len(stage.immature), 'outcome')} still immature"
