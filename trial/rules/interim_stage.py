"""The interim stages of a plan: who holds their places, and what they say about going on. PURE.

A stage is the first n participants by order of registration who are not known to be non-evaluable [our reading of the
two-stage design]. Futility is declared only when all n outcomes are mature.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

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
