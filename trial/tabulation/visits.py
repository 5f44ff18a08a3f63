"""The planned visits by number and name, and which of them each dated entry belongs to. PURE."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from trial.protocol import constant, schedule
from trial.tabulation.dates import later
from trial.tabulation.identity import Row
from trial.tabulation.subject import Subject

SCREENING, CYCLE, BASELINE, WEEK, PRESSURE, CONTACT = 1, 100, 200, 200, 300, 400
STEP = Decimal("0.001")
# Titles of the schedule, by which an item that was not done is named → the first number of its visits.
TITLES = (("Visit, cycle ", CYCLE), ("Blood pressure, week ", PRESSURE), ("Week ", WEEK), ("Follow-up ", CONTACT))


@dataclass(frozen=True)
class Planned:
    """A visit of the design; day: its planned study day (None: none is fixed). starts: the rule, in words."""

    number: int
    name: str
    day: int | None
    starts: str


@dataclass(frozen=True)
class Held:
    """A visit of one subject: number and name, from and to which day; why it is unscheduled, or was not done."""

    number: Decimal
    name: str
    first: str | None
    last: str | None
    unplanned: str = ""
    reason: str = ""
    words: str = ""
    due: str | None = None


@lru_cache(maxsize=1)
def planned() -> dict[int, Planned]:
    """Every planned visit within the time of the study, by number."""
    cycle, every = constant("cycle_days"), constant("assessment_interval_days")
    limit, between = constant("follow_up_days"), constant("follow_up_days_between")
    found = [Planned(SCREENING, "SCREENING", None, "Informed consent")]
    found += [Planned(CYCLE + n, f"CYCLE {n} DAY 1", 1 + (n - 1) * cycle, f"Day 1 of cycle {n}")
              for n in range(1, limit // cycle + 2)]  # fmt: skip
    before = f"At most {constant('baseline_window_days')} days before day 1"
    found.append(Planned(BASELINE, "BASELINE SCAN", -1, before))
    found += [Planned(WEEK + n * every // 7, f"WEEK {n * every // 7}", 1 + n * every, f"{n * every} days after day 1")
              for n in range(1, limit // every + 1)]  # fmt: skip
    found += [Planned(PRESSURE + n, f"BLOOD PRESSURE WEEK {n}", 7 * n, f"In week {n} of treatment")
              for n in range(1, constant("pressure_weeks") + 1)]  # fmt: skip
    found += [Planned(CONTACT + n, f"FOLLOW-UP {n}", None, "Every 3 months after treatment, every 6 after progression")
              for n in range(1, limit // between + 1)]  # fmt: skip
    return {each.number: each for each in sorted(found, key=lambda each: each.number)}


def visits_of(subject: Subject) -> "Visits":
    """The visits of a subject, worked out once."""
    found: Visits = subject.once("visits", lambda: Visits(subject))
    return found


class Visits:
    """The visits of one subject, and the one that each entry belongs to."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._of: dict[tuple[str, int], Decimal] = {}
        self._held: dict[Decimal, Held] = {}
        self._slots: list[tuple[str, int]] = []
        slots = self._planned()
        for (table, row), (number, on) in slots.items():
            self._hold(table, row, number, on)
        self._screening()
        self._slots = sorted((held.first, int(held.number)) for held in self._held.values() if held.first)
        loose = [(on, table, row) for table, row, on in self._dated() if (table, row) not in slots]
        self._unscheduled(sorted(loose))
        self._not_done()

    def of(self, table: str, row: Row) -> Mapping[str, object]:
        """VISITNUM and VISIT of what an entry says; nothing for one that belongs to none."""
        number = self._of.get((table, row["id"]))
        return {} if number is None else {"VISITNUM": number, "VISIT": self._held[number].name}

    def numbered(self, number: int) -> Mapping[str, object]:
        """The same of a planned visit, if it was held."""
        held = self._held.get(Decimal(number))
        return {"VISITNUM": held.number, "VISIT": held.name} if held is not None and held.first else {}

    @property
    def all(self) -> list[Held]:
        """Every visit that was held or said to be not done, in order of number."""
        return sorted(self._held.values(), key=lambda each: each.number)

    def _planned(self) -> dict[tuple[str, int], tuple[int, str]]:
        """Entry → number and day of the planned visit that it is."""
        subject, found = self._subject, {}
        for row in subject.rows("visit"):
            number = CYCLE + row["cycle_number"] if row["cycle_number"] else SCREENING
            found["visit", row["id"]] = (number, row["visited_on"])
        for row in subject.rows("assessment"):
            if row["kind"] == "baseline":
                found["assessment", row["id"]] = (BASELINE, row["assessed_on"])
        found |= self._of_days("assessment", "assessed_on", self._weeks(), WEEK, follow_ups=True)
        found |= self._of_days("blood_pressure", "measured_on", self._pressures(), PRESSURE)
        found |= self._of_days("follow_up", "contacted_on", self._contacts(), CONTACT)
        return {entry: slot for entry, slot in found.items() if slot[0] in planned()}

    def _of_days(
        self, table: str, column: str, slots: Iterable[schedule.Planned], base: int, follow_ups: bool = False
    ) -> dict[tuple[str, int], tuple[int, str]]:
        """By the day on which the schedule takes a slot as done: the first entry of that day."""
        numbers = {slot.done_on.isoformat(): base + slot.number for slot in slots if slot.done_on is not None}
        found = {}
        for row in self._subject.rows(table):
            if follow_ups and row["kind"] == "baseline":
                continue
            number = numbers.pop(row[column], None)
            if number is not None:
                found[table, row["id"]] = (number, row[column])
        return found

    @property
    def _registered_on(self) -> date:
        return date.fromisoformat(self._subject.participant["registered_on"])

    @property
    def _day_1(self) -> date | None:
        return min((date.fromisoformat(row["started_on"]) for row in self._subject.rows("cycle")), default=None)

    def _days(self, table: str, column: str) -> list[date]:
        return [date.fromisoformat(row[column]) for row in self._subject.rows(table) if row.get("kind") != "baseline"]

    def _weeks(self) -> Sequence[schedule.Planned]:
        done = self._days("assessment", "assessed_on")
        return schedule.assessments_due(self._registered_on, self._day_1, done, None) if done else ()

    def _pressures(self) -> Sequence[schedule.Planned]:
        return schedule.pressures_due("", "", self._day_1, self._days("blood_pressure", "measured_on"), None)

    def _contacts(self) -> Sequence[schedule.Planned]:
        off, done = self._subject.only("off_treatment"), self._days("follow_up", "contacted_on")
        if off is None or not done:
            return ()
        shown = [row["progressed_on"] for row in self._subject.rows("follow_up")] + self._progressions()
        progressed = min((on for on in shown if on), default=None)
        return schedule.follow_ups_due(
            self._registered_on, date.fromisoformat(off["off_on"]),
            date.fromisoformat(progressed) if progressed else None, done, None,
        )  # fmt: skip

    def _progressions(self) -> list[str]:
        outcome = self._subject.outcome or {}
        return [each["on"] for each in outcome.get("assessments", ()) if each["overall"] == "PD"]

    def _hold(self, table: str, row: int, number: int, on: str) -> None:
        slot = Decimal(number)
        self._of[table, row] = slot
        self._held.setdefault(slot, Held(slot, planned()[number].name, on, on))

    def _screening(self) -> None:
        """From consent to registration, or to the visit of the screening where that is later."""
        one = self._subject.participant
        days = [on for on in (one["consented_on"], one["registered_on"]) if on]
        held = self._held.get(Decimal(SCREENING))
        days += [held.first] if held and held.first else []
        self._held[Decimal(SCREENING)] = Held(
            Decimal(SCREENING), planned()[SCREENING].name, min(days, default=None), max(days, default=None)
        )
        self._of["participant", one["id"]] = Decimal(SCREENING)

    def _dated(self) -> Iterable[tuple[str, int, str]]:
        for table, column in (("visit", "visited_on"), ("assessment", "assessed_on"),
                              ("blood_pressure", "measured_on"), ("follow_up", "contacted_on")):  # fmt: skip
            yield from ((table, row["id"], row[column]) for row in self._subject.rows(table))
        for row in self._subject.rows("hormone"):
            near = self._visit_near(row["sampled_on"])
            if near is not None:
                self._of["hormone", row["id"]] = near
            else:
                yield "hormone", row["id"], row["sampled_on"]

    def _visit_near(self, on: str) -> Decimal | None:
        """The planned visit at the start of a cycle, or of the screening, whose window a sample falls into."""
        window = constant("cycle_window_days")
        first, last = later(on, -window), later(on, window)
        near = [(abs(date.fromisoformat(at) - date.fromisoformat(on)), number) for at, number in self._slots
                if first <= at <= last and number < BASELINE]  # fmt: skip
        return Decimal(min(near)[1]) if near else None

    def _unscheduled(self, loose: Sequence[tuple[str, str, int]]) -> None:
        """Numbers what is left: everything of one day is one visit, after the planned one before it."""
        begun, count = [on for on, _ in self._slots], dict[int, int]()
        of_day: dict[str, Decimal] = {}
        for on, table, row in loose:
            if on not in of_day:
                place = bisect_right(begun, on)
                before = self._slots[place - 1][1] if place else 0
                count[before] = count.get(before, 0) + 1
                number = of_day[on] = before + STEP * count[before]
                words = WHY_UNPLANNED[table]
                self._held[number] = Held(number, f"UNSCHEDULED {number}", on, on, unplanned=words)
            self._of[table, row] = of_day[on]

    def _not_done(self) -> None:
        for row in self._subject.rows("not_done"):
            number = slot_named(row["what"])
            if number is not None and Decimal(number) not in self._held:
                self._held[Decimal(number)] = Held(Decimal(number), planned()[number].name, None, None,
                                                   reason=row["reason"], words=row["because"],
                                                   due=row["due_on"])  # fmt: skip


WHY_UNPLANNED = {
    "visit": "Visit outside the planned cycles", "assessment": "Tumor assessment outside the schedule",
    "blood_pressure": "Further blood pressure", "follow_up": "Contact outside the schedule",
    "hormone": "Hormone sample outside the visits",
}  # fmt: skip


def slot_named(what: str) -> int | None:
    """The number of the planned visit that the schedule calls so; None for what is no visit."""
    for title, base in TITLES:
        number = what.removeprefix(title)
        if what.startswith(title) and number.isdigit() and base + int(number) in planned():
            return base + int(number)
    return None
