"""The desk at which drawn lives are entered, through the services of pages and imports, in one order or another."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from capture.casebook.forms.assessment import NewLesion, Reading
from capture.casebook.forms.treatment import Period
from capture.casebook.registry import CHECKS, ENTRY_FORMS
from capture.entry.moved import MOVES
from capture.entry.services import assessments, corrections, dosing, entries, registration
from tests.cast import answers, details
from tests.examples import values
from tests.lives.drawn import Life, Step, Values
from trial.models import Participant, Person, Site
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import PartialDate

REASONS = {check.id: "as in the source document" for checks in CHECKS.values() for check in checks}
REASONS[MOVES.id] = "read off the wrong line"


@dataclass
class Desk:
    """One coordinator at one site, and the study chair.

    rows: what was entered for a step; slipped: how many were wrong first.
    """

    nora: Person
    site: Site
    chris: Person
    rows: dict[int, Any] = field(default_factory=dict)
    slipped: int = 0

    @property
    def save(self) -> Save:
        """A save that explains every soft check, and a correction."""
        return Save(self.nora, reason="read off the wrong line", acknowledged=REASONS)

    def register(self, life: Life, wrongly: bool) -> Participant:
        """Screens and registers, at first with the slip."""
        typed = {**life.registration, **(life.slip if wrongly else {})}
        registered_on, born = typed.pop("registered_on"), typed.pop("born_on")
        typed["born_on"] = PartialDate(born.year, born.month, born.day)
        answered = answers(life.registration["consented_on"], **({life.waived: False} if life.waived else {}))
        if not life.waived:
            return registration.screen_and_register(self.save, self.site, details(**typed), answered, registered_on)
        one = registration.screen(self.save, self.site, details(**typed), answered)
        waiver = registration.request_waiver(self.save, one, "long ago", [life.waived])
        registration.decide_waiver(Save(self.chris), waiver, True, "acceptable")
        return registration.register(self.save, one, registered_on)

    def mend(self, life: Life, one: Participant) -> None:
        """Corrects the slip of a registration."""
        true = {name: life.registration[name] for name in life.slip}
        corrections.correct_participant(self.save, one, true)
        one.refresh_from_db()

    def enter(self, one: Participant, step: Step) -> None:
        """Enters what is true; with a correction or strike-out where that is part of the life."""
        if step.is_corrected:
            self.slip(one, step)
        self.put(one, step, step.values)
        if step.is_struck_out:
            entries.strike_out(self.save, one, ENTRY_FORMS[step.kind], self.rows[id(step)])

    def slip(self, one: Participant, step: Step) -> None:
        """Enters the slip; what the program refuses as impossible is not entered."""
        if not step.slip:
            return
        try:
            self.put(one, step, {**step.values, **step.slip})
        except Refused:
            return
        self.slipped += 1

    def put(self, one: Participant, step: Step, found: Values) -> None:
        """Enters these values for the step, or corrects what was entered for it."""
        own = {"baseline": self._baseline, "cycle": self._cycle, "follow_up_scan": self._scan,
               "finding": self._finding, "local_treatment": self._local_treatment}  # fmt: skip
        write = own.get(step.kind, self._entry)
        self.rows[id(step)] = write(one, step, found, self.rows.get(id(step)))

    def _baseline(self, one: Participant, step: Step, found: Values, row: Any) -> Any:
        known = dict(one.lesions.standing().values_list("label", "pk")) if row else {}
        targets = [NewLesion("liver", f"segment {place}", Decimal(size), known.get(f"T{place}"))
                   for place, size in enumerate(found["sizes"], 1)]  # fmt: skip
        others = [NewLesion("bone", f"vertebra {place}", None, known.get(f"N{place}"))
                  for place in range(1, found["non_targets"] + 1)]  # fmt: skip
        return assessments.save_baseline(self.save, one, _head(found), targets, others, row)

    def _cycle(self, one: Participant, step: Step, found: Values, row: Any) -> Any:
        asked = {name: value for name, value in found.items() if name not in ("number", "periods")}
        periods = [Period(*each) for each in found["periods"]]
        return dosing.save_cycle(self.save, one, found["number"], asked, periods)

    def _scan(self, one: Participant, step: Step, found: Values, row: Any) -> Any:
        lesions = dict(one.lesions.standing().values_list("label", "pk"))
        readings = [Reading(lesions[label], state, mm and Decimal(mm), *rest)
                    for label, state, mm, *rest in found["readings"]]  # fmt: skip
        head = _head(found) | {name: found[name] for name in ("new_lesions", "new_lesion_on")}
        return assessments.save_follow_up(self.save, one, head, readings, row)

    def _local_treatment(self, one: Participant, step: Step, found: Values, row: Any) -> Any:
        lesion = one.lesions.standing().get(label=found["label"])
        assessments.treat_locally(self.save, lesion, found["on"])
        return lesion

    def _finding(self, one: Participant, step: Step, found: Values, row: Any) -> Any:
        because = f"{found['kind']}: seen at monitoring"
        return registration.record_finding(self.save, one, found["kind"], step.on, because)

    def _entry(self, one: Participant, step: Step, found: Values, row: Any) -> Any:
        typed = values(step.kind, **{name: str(value) for name, value in found.items()})
        return entries.save(self.save, one, ENTRY_FORMS[step.kind], typed, row=row)


def _head(found: Values) -> dict[str, Any]:
    return {"assessed_on": found["assessed_on"], "method": "spiral_ct", "slice_thickness_mm": 5,
            "marker": found["marker"]}  # fmt: skip


Told = list[tuple[Participant, Step]]


def in_order(desk: Desk, drawn: list[Life]) -> None:
    """Enters every life in the order of its dates, one participant after the other."""
    registered = [(desk.register(life, False), life) for life in drawn]
    for one, life in registered:
        for step in sorted(life.steps, key=lambda step: (step.on, not step.is_rested_on)):
            desk.enter(one, step)


def in_a_drawn_order(desk: Desk, drawn: list[Life], chance: Random) -> None:
    """Enters all lives entry by entry in any order; scans only after what they rest on."""
    for one, step in shuffled(((desk.register(life, False), life) for life in drawn), chance):
        desk.enter(one, step)


def wrong_at_first(desk: Desk, drawn: list[Life], chance: Random) -> None:
    """Enters slips in a drawn order, and corrects all of them afterwards, in another."""
    registered = [(desk.register(life, True), life) for life in drawn]
    for one, step in shuffled(registered, chance):
        desk.slip(one, step)
    for one, life in registered:
        desk.mend(life, one)
    for one, step in shuffled(registered, chance):
        desk.put(one, step, step.values)
        if step.is_struck_out:
            entries.strike_out(desk.save, one, ENTRY_FORMS[step.kind], desk.rows[id(step)])


def shuffled(registered: Iterable[tuple[Participant, Life]], chance: Random) -> Told:
    """Every step of everybody; what follow-up scans and local treatment rest on comes before any of them."""
    steps = [(one, step) for one, life in registered for step in life.steps]
    chance.shuffle(steps)
    return sorted(steps, key=lambda pair: 0 if pair[1].is_rested_on else 2 if pair[1].rests else
                  chance.choice((0, 1, 2)))  # fmt: skip
