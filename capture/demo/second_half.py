"""What happens to a synthetic participant beside scans and doses: visits, events, hormones, the end of treatment.

Pure description, drawn from a seed of its own per participant, as (form, values, lines below).
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from capture.demo.cohort import SEED, DemoParticipant
from trial.partial_date import PartialDate

Values = dict[str, Any]
# Term of CTCAE 3.0, how often in 100 participants, grades with their weights.
EVENTS = (
    ("rash_hand_foot_skin_reaction", 38, (1, 1, 2, 2, 3)),
    ("diarrhea", 45, (1, 1, 2, 3)),
    ("fatigue_asthenia_lethargy_malaise", 50, (1, 1, 2, 2, 3)),
    ("rash_desquamation", 28, (1, 2)),
    ("hypertension", 24, (2, 2, 3)),
    ("nausea", 22, (1, 2)),
    ("phosphate_serum_low_hypophosphatemia", 20, (2, 3)),
    ("lipase", 9, (3, 4)),
    ("weight_loss", 15, (1, 2)),
)
# Middle values from which a few of a hundred leave the normal range, so that some visits propose an adverse event.
ANALYTES = (("HGB", "14.8", "g/dL", "12", "17.5"), ("PLAT", "240", "10^9/L", "150", "400"),
            ("AST", "35.2", "U/L", "10", "40"), ("CREAT", "1.05", "mg/dL", "0.6", "1.2"))  # fmt: skip


@dataclass(frozen=True)
class DemoEntry:
    """One entry: the kind of its form, its values, and the lines below it."""

    kind: str
    values: Values
    lines: list[Values] = field(default_factory=list)


def entries_of(made: DemoParticipant, place: int, today: date) -> list[DemoEntry]:
    """Every further entry of the participant who was registered at this place in the order, by form."""
    chance = random.Random(SEED * 1000 + place)
    found = _hormones(chance, made, today)
    if not made.cycles:
        return found
    found += _visits(chance, made, today) + _events(chance, made, today, place) + _medication(chance, made)
    return found + _ending(chance, made, today, place)


def _full(day: date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


def _hormones(chance: random.Random, made: DemoParticipant, today: date) -> list[DemoEntry]:
    """Chromogranin A before treatment and with each scan; raised in most, falling in some."""
    baseline = Decimal(chance.choice((60, 180, 320, 540, 900, 1500)))
    slope = chance.choice((0.4, 0.8, 1.0, 1.2))
    found = []
    for number, on in enumerate([made.consented_on, *(scan.on for scan in made.scans)]):
        share = Decimal(str(1 + (slope - 1) * min(number, 3) / 3))
        pending = number == len(made.scans) and (today - on).days < 40
        level = (baseline * share).quantize(Decimal("0.1"))
        found.append(DemoEntry("hormone", {
            "sampled_on": on, "marker": "CGA", "value": None if pending else level,
            "value_missing": "pending" if pending else "", "unit": "ng/mL", "upper_limit": Decimal(95),
            "upper_limit_missing": "", "assay": "RIA" if number < 3 or chance.random() > 0.1 else "ELISA",
        }))  # fmt: skip
    return found


def _visits(chance: random.Random, made: DemoParticipant, today: date) -> list[DemoEntry]:
    weight = Decimal(chance.randint(520, 960)) / 10
    found = []
    for number, (on, _) in enumerate(made.cycles, start=1):
        if (today - on).days < 3 or chance.random() < 0.02:
            continue
        missing = chance.random() < 0.03
        values = {
            "visited_on": on, "cycle_number": number, "weight_kg": None if missing else weight,
            "weight_kg_missing": "not_done" if missing else "", "ecog": made.ecog, "ecog_missing": "",
            "systolic_mmhg": chance.randint(112, 158) - 6, "systolic_mmhg_missing": "",
            "diastolic_mmhg": 40 + chance.randint(68, 96) // 2, "diastolic_mmhg_missing": "",
        }  # fmt: skip
        lines = [
            {"analyte": code, "value": Decimal(str(round(float(value) * chance.uniform(0.8, 1.15), 1))),
             "value_missing": "", "unit": unit, "lower_limit": Decimal(low), "upper_limit": Decimal(high)}
            for code, value, unit, low, high in ANALYTES
        ]  # fmt: skip
        found.append(DemoEntry("visit", values, lines))
        weight -= Decimal(chance.choice((0, 0, 3, 6))) / 10
    return found


def _events(chance: random.Random, made: DemoParticipant, today: date, place: int) -> list[DemoEntry]:
    found = []
    start, last = made.cycles[0][0], min(made.cycles[-1][0] + timedelta(days=27), today)
    for term, frequency, grades in EVENTS:
        if chance.random() * 100 >= frequency:
            continue
        onset = start + timedelta(days=chance.randrange(max((last - start).days, 1)))
        grade: int | None = chance.choice(grades)
        unknown = chance.random() < 0.04
        resolved = onset + timedelta(days=chance.randint(6, 40))
        over = resolved < today and chance.random() < 0.7
        found.append(_event(term, None if unknown else grade, onset, resolved if over else None, chance, place))
    return found


def _event(
    term: str, grade: int | None, onset: date, resolved: date | None, chance: random.Random, place: int
) -> DemoEntry:
    partial = chance.random() < 0.08
    severe = grade is not None and grade >= 4
    return DemoEntry("adverse_event", {
        "term": term, "select": "", "other_words": "", "grade": grade,
        "grade_missing": "" if grade is not None else "unknown", "attribution": chance.choice((2, 3, 4, 4, 5)),
        "attribution_missing": "", "onset_on": PartialDate(onset.year, onset.month) if partial else _full(onset),
        "onset_on_missing": "", "resolved_on": _full(resolved) if resolved else None, "present_at_baseline": False,
        "seriousness": "hospitalisation" if severe else "no", "expectedness": "expected" if severe else "",
        "action_taken": chance.choice(("none", "none", "reduced", "held")),
        "outcome": "recovered" if resolved else "not_recovered", "cycle_number": 1 + place % 3,
    })  # fmt: skip


def _medication(chance: random.Random, made: DemoParticipant) -> list[DemoEntry]:
    """A third take a somatostatin analogue; most of them since long before."""
    if chance.random() > 0.34:
        return []
    began = made.consented_on - timedelta(days=chance.randint(60, 700))
    return [DemoEntry("medication", {
        "kind": "somatostatin_analogue", "name": "Octreotide LAR", "dose": "20 mg every 4 weeks",
        "indication": "hormonal symptoms", "started_on": PartialDate(began.year, began.month),
        "started_on_missing": "", "stopped_on": None,
    })]  # fmt: skip


def _ending(chance: random.Random, made: DemoParticipant, today: date, place: int) -> list[DemoEntry]:
    """Off treatment after progression or a last cycle; then contacts every three or six months; some die."""
    last_dose = made.cycles[-1][0] + timedelta(days=27)
    off_on = last_dose + timedelta(days=chance.randint(1, 10))
    if off_on >= today - timedelta(days=5):
        return []
    progressed = made.course in {"progressor", "slow_progressor"}
    reason = "progression" if progressed else chance.choice(("toxicity", "refusal", "physician", "symptomatic"))
    found = [DemoEntry("off_treatment", {"off_on": off_on, "reason": reason, "because": ""})]
    died_on = off_on + timedelta(days=chance.randint(20, 420)) if chance.random() < 0.6 else None
    contact = off_on + timedelta(days=183 if progressed else 91)
    end = min(today, made.registered_on + timedelta(days=731), died_on or today)
    while contact < end - timedelta(days=10):
        found.append(_contact(chance, contact, progressed, place))
        contact += timedelta(days=183 if progressed else 91)
    if died_on is not None and died_on < today - timedelta(days=7):
        partial = chance.random() < 0.2
        cause = chance.choice(("disease", "disease", "disease", "unknown"))
        died = PartialDate(died_on.year, died_on.month) if partial else _full(died_on)
        found.append(DemoEntry("death", {"died_on": died, "cause": cause, "because": ""}))
    return found


def _contact(chance: random.Random, on: date, progressed: bool, place: int) -> DemoEntry:
    therapy = progressed and place % 4 == 0
    return DemoEntry("follow_up", {
        "contacted_on": on, "alive": "alive", "progression": "not_known" if progressed else "none",
        "progressed_on": None, "progression_method": "",
        "disease_assessed_on": None if progressed or chance.random() < 0.3 else on - timedelta(days=3),
        "new_therapy": "yes" if therapy else "no",
        "new_therapy_on": PartialDate(on.year, on.month) if therapy else None,
        "new_therapy_name": "streptozocin and 5-FU" if therapy else "",
    })  # fmt: skip
