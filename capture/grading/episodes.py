"""Proposed adverse events by episode: the values of one analyte that lie above its grade at baseline.

An episode runs from the first value of a grade above the baseline's to the last before one that is not. The baseline is
the last value on or before day 1 of treatment [our reading]. What is no worse than the baseline is an episode of its
own, `is_worse` false, so that no value goes unseen.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from capture.grading.event_proposals import Measured, Proposal, Value, judged_as, measured
from trial.models import Participant
from trial.protocol import ctcae_v3
from trial.rules.dates.partial_date import shown


@dataclass(frozen=True)
class Episode:
    """Values of one analyte and term that wait for the site's judgment, in order of time.

    baseline_grade: that of the analyte before treatment, 0 where it was normal or not measured.
    """

    proposals: tuple[Proposal, ...]
    baseline_grade: int
    is_worse: bool

    @property
    def participant(self) -> Participant:
        """Whose values they are."""
        return self.proposals[0].participant

    @property
    def worst(self) -> Proposal:
        """The first value of the highest grade."""
        return max(self.proposals, key=lambda each: each.grade)

    @property
    def grade(self) -> int:
        """The highest grade."""
        return self.worst.grade

    @property
    def term(self) -> str:
        """The CTCAE term in short."""
        return ctcae_v3.term(self.worst.term).short_name

    @property
    def days(self) -> str:
        """The day, or from the first to the last."""
        first, last = (shown(self.proposals[place].measured_on) for place in (0, -1))
        return first if first == last else f"{first} to {last}"

    @property
    def words(self) -> str:
        """What was measured when, in how many values, and how bad it was."""
        count = len(self.proposals)
        times = f" ({count} values)" if count > 1 else ""
        before = f" Baseline grade {self.baseline_grade}." if self.baseline_grade else ""
        return f"{self.worst.title} {self.days}{times}: {self.term}, grade {self.grade}.{before}"

    @property
    def key(self) -> str:
        """Names participant, grade and values without saying one."""
        return judged_as(self.proposals)

    @property
    def record_url(self) -> str:
        """The adverse-event form, filled with the worst grade from the first day on."""
        first = f"&since={self.proposals[0].key}" if len(self.proposals) > 1 else ""
        return f"{replace(self.worst, continues=self.proposals[0].continues).record_url}{first}"


def open_episodes(participants: Sequence[Participant]) -> list[Episode]:
    """What waits for the site: worse than at baseline first, then the gravest, then the newest."""
    record = measured(participants)
    found = [each for key, values in record.values.items() for each in _episodes(values, record.day_1.get(key), record)]
    return sorted(found, key=lambda each: (not each.is_worse, -each.grade, -each.worst.measured_on.toordinal()))


def _episodes(values: Iterable[Value], day_1: date | None, record: Measured) -> Iterator[Episode]:
    by_analyte: dict[str, list[Value]] = defaultdict(list)
    for each in sorted(values, key=lambda value: value.measured_on):
        by_analyte[each.analyte].append(each)
    for of_one in by_analyte.values():
        for term in dict.fromkeys(each.proposal.term for each in of_one if each.proposal):
            yield from _of_term(of_one, term, day_1, record)


def _of_term(values: Sequence[Value], term: str, day_1: date | None, record: Measured) -> Iterator[Episode]:
    of_term = [(each.measured_on, each.proposal if each.proposal and each.proposal.term == term else None)
               for each in values]  # fmt: skip
    early = [each for on, each in of_term if _is_baseline(on, each, day_1)]
    baseline = early[-1].grade if early and early[-1] else 0
    runs, no_worse = [[]], []
    for on, each in of_term:
        if not _is_baseline(on, each, day_1) and each is not None and each.grade > baseline:
            runs[-1].append(each)
            continue
        runs.append([])
        no_worse += [each] if each else []
    for run, is_worse in (*((run, True) for run in runs), (no_worse, False)):
        waiting = tuple(each for each in run if record.waits(each))
        if waiting:
            yield Episode(waiting, baseline, is_worse)


def _is_baseline(on: date, proposal: Proposal | None, day_1: date | None) -> bool:
    return (day_1 is not None and on <= day_1) or (proposal is not None and proposal.before_treatment)


@dataclass(frozen=True)
class Grades:
    """Episodes of some grades under one title; is_open: not folded away. more: how many are not listed."""

    title: str
    episodes: tuple[Episode, ...]
    is_open: bool = False
    more: int = 0


def by_grade(episodes: Sequence[Episode], most_open: int | None = None) -> list[Grades]:
    """Grade 3 and more, then grades 2 and 1 and what is no worse than the baseline, folded; only those that there are.

    most_open: of what is not folded so many are listed (None: all).
    """
    worse = [each for each in episodes if each.is_worse]
    grave = [each for each in worse if each.grade >= 3]
    parts = [
        Grades("Grade 3 to 5", tuple(grave[:most_open]), True, len(grave) - len(grave[:most_open])),
        Grades("Grade 2", tuple(each for each in worse if each.grade == 2)),
        Grades("Grade 1", tuple(each for each in worse if each.grade == 1)),
        Grades("No worse than before treatment", tuple(each for each in episodes if not each.is_worse)),
    ]
    return [each for each in parts if each.episodes]
