"""Whole lives of participants drawn from a seed: what happened, and a first version of it with slips. Pure.

All that is drawn is medically possible and lies on or before `LAST_DAY`; dates are typed as people type them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from trial.rules.dates.partial_date import MONTHS, shown

Values = Mapping[str, Any]
FIRST_DAY, LAST_DAY = date(2024, 2, 5), date(2025, 11, 28)
TUMORS = (("metastatic_gi_carcinoid", "carcinoid"), ("insulinoma", "islet_cell"))
TERMS = ("nausea", "diarrhea", "fatigue_asthenia_lethargy_malaise")
KINDS_OF_END = ("lives", "dies", "withdraws", "never treated")
# The criterion that is not met and waived; without measurable disease there is no target lesion.
WAIVED = ("", "", "no_other_cancer", "measurable")


@dataclass(frozen=True)
class Step:
    """One entry. values: what is true; slip: what is typed first where mistakes are made (empty: nothing else).

    is_corrected: the slip is part of the life, whoever enters it; is_struck_out: entered for somebody else.
    """

    on: date
    kind: str
    values: Values
    slip: Values = field(default_factory=dict)
    is_corrected: bool = False
    is_struck_out: bool = False

    @property
    def is_rested_on(self) -> bool:
        """Whether follow-up scans rest on it."""
        return self.kind == "baseline" or (self.kind == "cycle" and self.values["number"] == 1)

    @property
    def rests(self) -> bool:
        """Whether it needs the baseline, or day 1, on record."""
        return self.kind in ("follow_up_scan", "local_treatment")


@dataclass(frozen=True)
class Life:
    """One participant: the registration with its slip, and everything afterwards in the order of the dates.

    waived: the criterion that the chair waives; empty: all are met.
    """

    registration: Values
    slip: Values
    steps: tuple[Step, ...]
    waived: str = ""


def lives(seed: int, count: int) -> list[Life]:
    """So many lives of a seed, in the order of their registration; every kind of end and waiver is among four."""
    ends, waived, chance = list(KINDS_OF_END), list(WAIVED), Random(seed)
    chance.shuffle(ends)
    chance.shuffle(waived)
    return [_Drawn(Random(f"{seed}/{place}"), place, ends[place % len(ends)], waived[place % len(waived)]).life()
            for place in range(count)]  # fmt: skip


def partly(chance: Random, on: date) -> str:
    """A day as it is typed: whole, its month, or its year."""
    month = MONTHS[on.month - 1]
    return chance.choice((shown(on), shown(on), f"UNK-{month}-{on.year}", f"UNK-UNK-{on.year}"))


class _Drawn:
    """Draws one life step by step."""

    def __init__(self, chance: Random, place: int, end: str, waived: str) -> None:
        self.chance, self.place, self.end, self.waived = chance, place, end, waived
        self.registered_on = FIRST_DAY + timedelta(9 * place)
        self.day_1 = self.registered_on + timedelta(chance.randint(0, 6))
        days = chance.randint(90, 640) if end in ("dies", "withdraws") else 660
        self.last = min(self.registered_on + timedelta(days), LAST_DAY)
        self.off_on = min(self.day_1 + timedelta(28 * chance.randint(2, 12) + 3), self.last)
        self.steps: list[Step] = []

    def life(self) -> Life:
        """The whole of it."""
        self._baseline()
        if self.end != "never treated":
            self._cycles()
            self._scans()
            self._local_treatment()
            self._off_treatment()
        self._events()
        self._levels()
        self._contacts()
        self._end()
        kind, other = self.chance.sample(TUMORS, 2)
        born = date(1950, 3, 2) + timedelta(40 * self.place)
        consented = self.registered_on - timedelta(self.chance.randint(1, 9))
        registration = {"registered_on": self.registered_on, "consented_on": consented, "born_on": born, "ecog": 1,
                        "tumour_type": kind[0], "histology": kind[1]}  # fmt: skip
        slip = {"ecog": 0, "tumour_type": other[0], "histology": other[1], "consented_on": consented - timedelta(1)}
        return Life(registration, slip, tuple(sorted(self.steps, key=lambda step: step.on)), self.waived)

    def _add(self, on: date, kind: str, values: Values, slip: Values | None = None, **told: bool) -> None:
        if on <= self.last:
            self.steps.append(Step(on, kind, values, slip or {}, **told))

    def _day(self, after: date | None = None) -> date:
        """Any day of the life from `after` (registration) on."""
        first = after or self.registered_on
        return first + timedelta(self.chance.randint(0, max(0, (self.last - first).days)))

    def _baseline(self) -> None:
        on = self.day_1 + timedelta(self.chance.choice((-20, -9, -3, 2 if self.end != "never treated" else -1)))
        is_measurable = self.waived != "measurable"
        self.sizes = [self.chance.randint(22, 70) for _ in range(self.chance.randint(1, 3) if is_measurable else 0)]
        self.non_targets = self.chance.randint(0 if is_measurable else 1, 2)
        marker = self.chance.choice(("normal", "above", "not_done"))
        found = {"assessed_on": on, "marker": marker, "sizes": self.sizes, "non_targets": self.non_targets}
        slip = {"assessed_on": on - timedelta(1), "sizes": [size + 9 for size in self.sizes], "marker": "normal"}
        self._add(on, "baseline", found, slip)

    def _cycles(self) -> None:
        start, number = self.day_1, 1
        while start + timedelta(27) <= self.off_on:
            shape = self.chance.choice(("full", "full", "full", "reduced", "held", "untold", "early"))
            last = {"untold": 24, "early": 21}.get(shape, 28)
            half = (400, "once_daily", "rash") if shape == "reduced" else (0, "held", "rash")
            periods: list[tuple[Any, ...]] = [(1, last, 400, "twice_daily", "")]
            if shape in ("reduced", "held"):
                periods = [(1, 14, 400, "twice_daily", ""), (15, 28, *half)]
            slip = {"periods": [(1, 10, 400, "once_daily", "toxicity")], "tablets_dispensed": 112}
            self._add(start, "cycle", {"number": number, "started_on": start, "periods": periods}, slip)
            start += timedelta(21 if shape == "early" else 28 + self.chance.choice((0, 0, 0, 5)))
            number += 1

    def _scans(self) -> None:
        way = self.chance.choice((0.6, 0.8, 0.95, 1.05, 1.2))
        on, gone = self.day_1, 1.0
        while True:
            on += timedelta(self.chance.choice((30, 52, 56, 60)))
            if on + timedelta(4) > min(self.last, self.off_on + timedelta(60)):
                return
            gone *= way * self.chance.uniform(0.85, 1.15)
            readings = [self._target(f"T{place}", size * gone, on) for place, size in enumerate(self.sizes, 1)]
            readings += [self._non_target(f"N{place}", on, gone) for place in range(1, self.non_targets + 1)]
            is_new = self.chance.random() < 0.08
            found = {
                "assessed_on": on, "readings": readings, "marker": self.chance.choice(("normal", "above", "not_done")),
                "new_lesions": "yes" if is_new else self.chance.choice(("no", "no", "no", "not_evaluated")),
                "new_lesion_on": on + timedelta(self.chance.randint(-3, 3)) if is_new else None,
            }  # fmt: skip
            other = [(label, state, mm and mm + 11, *rest) for label, state, mm, *rest in readings]
            slip = {"readings": other, "new_lesions": "no", "new_lesion_on": None, "assessed_on": on + timedelta(1)}
            self._add(on, "follow_up_scan", found, slip, is_corrected=self.chance.random() < 0.15)

    def _target(self, label: str, millimeters: float, on: date) -> tuple[Any, ...]:
        scanned = on + timedelta(self.chance.randint(-3, 3)) if self.chance.random() < 0.25 else None
        state = self.chance.choice(("measured",) * 8 + ("not_evaluated", "in_parts"))
        if label == "T2" and self.chance.random() < 0.15:
            return label, "merged", None, "", scanned, "T1"
        if state == "not_evaluated" and label != "T1":
            return label, state, None, "not in the field of view", scanned, ""
        if millimeters < 3:
            return label, "absent", None, "", scanned, ""
        if millimeters < 9:
            return label, "too_small", 5, "", scanned, ""
        return label, "in_parts" if state == "in_parts" else "measured", round(millimeters), "", scanned, ""

    def _non_target(self, label: str, on: date, gone: float) -> tuple[Any, ...]:
        worse = self.chance.random() < 0.04
        state = "unequivocal_progression" if worse else "absent" if gone < 0.15 else "present"
        return label, state, None, "", None, ""

    def _local_treatment(self) -> None:
        """One of the targets of every other life is embolized; it is not evaluated from then on."""
        if self.sizes and self.place % 2 == 0:
            on = self._day(self.day_1)
            found = {"label": f"T{self.chance.randint(1, len(self.sizes))}", "on": on}
            self._add(on, "local_treatment", found, {"on": on - timedelta(1)})

    def _off_treatment(self) -> None:
        reason = self.chance.choice(("progression", "toxicity", "refusal", "physician"))
        because = "frailty" if reason == "physician" else ""
        self._add(self.off_on, "off_treatment", {"off_on": shown(self.off_on), "reason": reason, "because": because},
                  {"reason": "refusal"}, is_corrected=self.chance.random() < 0.3)  # fmt: skip

    def _events(self) -> None:
        for _ in range(self.chance.randint(1, 4)):
            on = self._day(self.registered_on - timedelta(1))
            grade = self.chance.choice((1, 2, 3, 3, None))
            found = {"term": self.chance.choice(TERMS), "onset_on": partly(self.chance, on),
                     "grade": grade or "", "grade_missing": "" if grade else "unknown",
                     "attribution": self.chance.randint(1, 5)}  # fmt: skip
            slip = {"grade": 2, "grade_missing": "", "attribution": 1}
            self._add(on, "adverse_event", found, slip, is_struck_out=self.chance.random() < 0.2)
        for _ in range(self.chance.randint(0, 2)):
            on = self._day()
            typed = {"measured_on": shown(on), "systolic_mmhg": self.chance.randint(110, 170)}
            self._add(on, "blood_pressure", typed, {"systolic_mmhg": 133})
        for name in self.chance.sample(("octreotide", "lanreotide", "loperamide"), 2):
            on = self._day()
            kind = "other" if name == "loperamide" else "somatostatin_analogue"
            typed = {"kind": kind, "name": name, "started_on": partly(self.chance, on)}
            self._add(on, "medication", typed, {"name": "wrong name"})

    def _levels(self) -> None:
        days = [self.day_1 - timedelta(self.chance.randint(0, 5)), *(self._day(self.day_1) for _ in range(3))]
        for on in sorted(set(days)):
            value = self.chance.choice(("<40", "45", "90", "140", "300", ">800"))
            found = {"sampled_on": shown(on), "value": value, "assay": self.chance.choice(("Dako", "dako ", "Cisbio"))}
            self._add(on, "hormone", found, {"value": "500"}, is_struck_out=self.chance.random() < 0.1)

    def _contacts(self) -> None:
        first = self.off_on if self.end != "never treated" else self.registered_on
        for on in sorted({self._day(first + timedelta(1)) for _ in range(self.chance.randint(0, 3))}):
            seen = max(first, on - timedelta(self.chance.randint(0, 40)))
            kind = self.chance.choice(("none", "radiological", "clinical", "not_known"))
            therapy = self.chance.random() < 0.4
            found = {
                "contacted_on": shown(on), "alive": self.chance.choice(("alive", "alive", "unknown")),
                "progression": kind, "progressed_on": shown(seen) if kind in ("radiological", "clinical") else "",
                "progression_method": "mri" if kind == "radiological" else "",
                "disease_assessed_on": shown(seen) if kind == "none" and self.chance.random() < 0.5 else "",
                "new_therapy": "yes" if therapy else "no",
                "new_therapy_on": partly(self.chance, seen) if therapy else "",
                "new_therapy_name": "streptozocin" if therapy else "",
            }  # fmt: skip
            nothing = dict.fromkeys([name for name in found if name.startswith(("progress", "disease", "new_"))], "")
            slip = {**nothing, "progression": "not_known", "new_therapy": "no"}
            self._add(on, "follow_up", found, slip)

    def _end(self) -> None:
        if self.end == "never treated":
            for days, kind in enumerate(self.chance.sample(("cancelled", "in_error", "ineligible"), 2)):
                self._add(self.registered_on + timedelta(days), "finding", {"kind": kind})
        if self.end == "withdraws":
            found = {"withdrew_on": shown(self.last), "scope": self.chance.choice(("treatment", "follow_up", "all"))}
            self._add(self.last, "withdrawal", found, {"scope": "treatment"})
        if self.end == "dies":
            cause = "toxicity" if self.place % 2 else self.chance.choice(("disease", "other"))
            if cause == "toxicity":
                self._fatal_event()
            found = {"died_on": partly(self.chance, self.last), "cause": cause, "because": "stroke"}
            slip = {"died_on": shown(self.last + timedelta(6)), "cause": "disease"}
            self._add(self.last, "death", found, slip)
            self._add(self.last, "off_study", {"off_on": shown(self.last), "reason": "death"}, {"because": "by letter"})

    def _fatal_event(self) -> None:
        found = {"term": self.chance.choice(TERMS[:2]), "onset_on": partly(self.chance, self.last), "grade": 5,
                 "attribution": self.chance.randint(2, 5), "outcome": "fatal", "seriousness": "death",
                 "aware_on": shown(self.last)}  # fmt: skip
        slip = {"grade": 3, "attribution": 1, "outcome": "not_recovered", "seriousness": "important"}
        self._add(self.last, "adverse_event", found, slip)
