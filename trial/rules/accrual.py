"""Whether a group is open for registration: its ceiling, and the stage gate of its two-stage plan. PURE.

Stage gate [our reading of the two-stage design]: a stage is the first n participants by order of registration who are
not known to be non-evaluable. Registration closes when they are n and r + 1 of them have not responded yet; futility
is declared when all n outcomes are mature. The chair may lift either, never the ceiling. Nothing is remembered: the
gate follows from the record as it stands, so that a response, a finding or a correction opens or closes it by itself.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, NamedTuple

from trial.protocol import GROUP_NAMES, Group, constant

# Why a group is closed, or would be if the chair had not reopened it.
CEILING, WAITING, FUTILITY, EFFICACY = "ceiling", "waiting", "futility", "efficacy"


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


class Reopened(NamedTuple):
    """The chair's decision to lift what closed a group after a stage, and why."""

    stage: int
    ground: str
    because: str


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


@dataclass(frozen=True)
class Gate:
    """Open or closed and why: `line` is one short sentence, `because` the same with the name of the group.

    ground: what closed the group or what a reopening lifts (empty: nothing). stage: the interim stage that decides, the
    last one passed when all are (None: a plan of one stage). needed: what the stage still waits for, in words.
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


def ceiling_of(group: Group) -> int:
    """The most participants that the group takes [our reading]."""
    return constant(f"accrual_ceiling_{group.value}")


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
    stage = _deciding(standings, looks)
    ground, line = _closed(registered, ceiling, stage, suspend)
    lifted = next((each for each in reopened if stage and _lifts(each, stage, ground)), None)
    if lifted is not None:
        line = f"Reopened by the study chair: {lifted.because.rstrip('.')}. Before: {line[0].lower()}{line[1:]}"
    closed = bool(ground) and lifted is None
    if not closed and lifted is None:
        line = _open(registered, ceiling, stage, suspend)
    name = f"Group {group.value} ({GROUP_NAMES[group]})"
    return Gate(not closed, f"{name}: {line[0].lower()}{line[1:]}", line, ground, stage, _needed(stage))


def _stages(standings: Iterable[Standing], looks: Sequence[Look]) -> Iterator[Stage]:
    counted = (each for each in standings if not each.ruled_out)
    held: list[Standing] = []
    for number, look in enumerate(looks[:-1], start=1):
        held += islice(counted, look.participants - len(held))
        needed = 0 if look.futility is None else look.futility + 1
        yield Stage(number, look.participants, needed, look.efficacy, tuple(held))


def _deciding(standings: Iterable[Standing], looks: Sequence[Look]) -> Stage | None:
    stage = None
    for stage in _stages(standings, looks):
        if not stage.is_passed:
            break
    return stage


def _closed(registered: int, ceiling: int, stage: Stage | None, suspend: bool) -> tuple[str, str]:
    """What closes the group, if anything, and the line that says so."""
    if registered >= ceiling:
        return CEILING, f"Closed for good: {registered} of {ceiling} places are taken."
    ground = stage.ground if stage else ""
    if stage is None or not ground or (ground == WAITING and not suspend):
        return "", ""
    after = f"after stage {stage.number}"
    if ground == EFFICACY:
        return ground, f"Closed {after} for efficacy: {_many(stage.responders, 'responder')} among {stage.size}, " \
                       f"{stage.efficacy} are enough."  # fmt: skip
    if ground == FUTILITY:
        return ground, f"Closed {after} for futility: {_counts(stage)}; every outcome is mature."
    return ground, f"Closed {after}: {_counts(stage)}; {_many(len(stage.immature), 'outcome')} still immature."


def _open(registered: int, ceiling: int, stage: Stage | None, suspend: bool) -> str:
    places = f"{registered} of {ceiling} places are taken"
    if stage is None:
        return f"Open: {places}."
    if not stage.is_full:
        held = f"{len(stage.participants)} of {stage.size} counted, {_of_needed(stage)}"
        return f"Open, stage {stage.number}: {held}."
    if stage.is_passed:
        return f"Open, stage {stage.number} passed with {_many(stage.responders, 'responder')}: {places}."
    waits = _many(len(stage.immature), "outcome")
    return f"Open while stage {stage.number} matures: {_counts(stage)}; {waits} still immature."


def _lifts(each: Reopened, stage: Stage, ground: str) -> bool:
    """A reopening after futility also holds when an outcome turns immature again; not the other way round."""
    same = each.ground == ground or (each.ground == FUTILITY and ground == WAITING)
    return ground != CEILING and each.stage == stage.number and same


def _needed(stage: Stage | None) -> tuple[str, ...]:
    if stage is None or stage.is_passed:
        return ()
    found = []
    if (places := stage.size - len(stage.participants)) > 0:
        found.append(f"{_many(places, 'more participant')} to fill stage {stage.number}")
    if (short := stage.responders_needed - stage.responders) > 0:
        found.append(_many(short, "more confirmed responder"))
        if stage.immature:
            found.append(f"{_many(len(stage.immature), 'outcome')} to mature")
    return tuple(found)


def _counts(stage: Stage) -> str:
    words = f"{stage.evaluable} of {stage.size} evaluable"
    if (undosed := len(stage.participants) - stage.evaluable) > 0:
        words += f", {undosed} without a dose yet"
    return f"{words}, {_of_needed(stage)}"


def _of_needed(stage: Stage) -> str:
    if not stage.responders_needed:
        return _many(stage.responders, "responder")
    return f"{stage.responders} of {_many(stage.responders_needed, 'responder')} needed"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"
