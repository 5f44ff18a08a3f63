"""Courses of disease for 93 synthetic participants, drawn from a fixed seed; dates count back from the day of loading.

Pure description: who is registered when, with which lesions, and how each lesion goes on. `load_demo` enters it.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

SEED = 20050601
IN_GROUP = {"A": 50, "B": 43}
CARCINOID = ("metastatic_gi_carcinoid", "recurrent_gi_carcinoid", "neuroendocrine_tumour")
ISLET = ("recurrent_islet_cell", "gastrinoma", "glucagonoma", "insulinoma", "somatostatinoma", "wdha_syndrome",
         "pancreatic_polypeptide", "neuroendocrine_tumour")  # fmt: skip
ORGANS = ("liver", "liver", "liver", "lymph_node", "lung", "pancreas", "mesentery")
# Course of the sum at each follow-up, as a fraction of baseline. Frequencies follow what such agents show:
# few confirmed responses, mostly stable disease.
COURSES = {
    "responder": (0.82, 0.62, 0.55, 0.52, 0.60, 0.70),
    "unconfirmed": (0.88, 0.66, 0.85, 0.9, 1.05),
    "stable": (0.96, 0.92, 0.94, 0.98, 1.02, 1.06),
    "shrinking": (0.90, 0.84, 0.80, 0.83, 0.9, 0.98),
    "progressor": (1.08, 1.31),
    "slow_progressor": (0.97, 0.95, 1.02, 1.22),
    "complete": (0.5, 0.0, 0.0, 0.0),
}
WEIGHTS = {"responder": 10, "unconfirmed": 6, "stable": 34, "shrinking": 18, "progressor": 16, "slow_progressor": 14,
           "complete": 1, "never_scanned": 4, "never_dosed": 2}  # fmt: skip


@dataclass(frozen=True)
class DemoLesion:
    """A target lesion at baseline."""

    organ: str
    longest_diameter_mm: Decimal


@dataclass
class DemoScan:
    """A follow-up: millimetres by target (None: not evaluated), and whether a new lesion was seen."""

    on: date
    millimetres: list[Decimal | None]
    new_lesion: bool = False


@dataclass
class DemoParticipant:
    """One synthetic participant."""

    course: str
    group: str
    site: str
    tumour_type: str
    histology: str
    born_on: date
    sex: str
    ecog: int
    consented_on: date
    registered_on: date
    lesions: list[DemoLesion]
    cycles: list[tuple[date, str]] = field(default_factory=list)
    scans: list[DemoScan] = field(default_factory=list)


def cohort(today: date, sites: tuple[str, ...]) -> list[DemoParticipant]:
    """93 participants in order of registration; the same for the same day and sites."""
    chance = random.Random(SEED)
    order = ["A"] * IN_GROUP["A"] + ["B"] * IN_GROUP["B"]
    chance.shuffle(order)
    first, last = today - timedelta(days=800), today - timedelta(days=20)
    span = (last - first).days
    days = sorted(first + timedelta(days=chance.randrange(span)) for _ in order)
    return [_participant(chance, group, day, sites, today) for group, day in zip(order, days, strict=True)]


def _participant(
    chance: random.Random, group: str, registered_on: date, sites: tuple[str, ...], today: date
) -> DemoParticipant:
    course = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    lesions = [
        DemoLesion(chance.choice(ORGANS), Decimal(chance.randint(200, 780)) / 10) for _ in range(chance.randint(2, 5))
    ]
    made = DemoParticipant(
        course=course,
        group=group,
        site=chance.choice(sites),
        tumour_type=chance.choice(CARCINOID if group == "A" else ISLET),
        histology="carcinoid" if group == "A" else chance.choice(("islet_cell", "other_well_differentiated")),
        born_on=registered_on - timedelta(days=365 * chance.randint(35, 78) + chance.randint(0, 364)),
        sex=chance.choice(("female", "male")),
        ecog=chance.choices((0, 1, 2), (5, 4, 1))[0],
        consented_on=registered_on - timedelta(days=chance.randint(1, 10)),
        registered_on=registered_on,
        lesions=lesions,
    )
    if course != "never_dosed":
        _treat(chance, made, today)
    return made


def _treat(chance: random.Random, made: DemoParticipant, today: date) -> None:
    day_1 = made.registered_on + timedelta(days=chance.randint(1, 7))
    if course_ends := COURSES.get(made.course):
        _scan(chance, made, day_1, course_ends, today)
    progressed = made.course in {"progressor", "slow_progressor"} and made.scans
    end = made.scans[-1].on if progressed else min(today, day_1 + timedelta(days=56 * 7))
    start, number = day_1, 0
    while start <= min(end, today) and number < 14:
        made.cycles.append((start, chance.choices(("planned", "reduced", "held"), (8, 1, 1))[0]))
        start += timedelta(days=28 + chance.choice((0, 0, 0, 0, 3, 7)))
        number += 1


def _scan(chance: random.Random, made: DemoParticipant, day_1: date, fractions: tuple[float, ...], today: date) -> None:
    for index, fraction in enumerate(fractions, start=1):
        on = day_1 + timedelta(days=56 * index + chance.randint(-5, 5))
        # The newest visits are left open, so that some are due today and few are overdue.
        if on > today - timedelta(days=2):
            return
        millimetres: list[Decimal | None] = [
            (lesion.longest_diameter_mm * Decimal(str(fraction * chance.uniform(0.97, 1.03)))).quantize(Decimal("0.1"))
            for lesion in made.lesions
        ]
        if chance.random() < 0.03:
            millimetres[0] = None
        made.scans.append(DemoScan(on, millimetres, made.course == "progressor" and index == len(fractions)))
