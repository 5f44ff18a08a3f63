"""Baseline and scans, visits with vitals and laboratory, weekly blood pressure, and hormone levels. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from capture.demo.participant import DemoParticipant, Step, Values

TENTH = Decimal("0.1")
# Analyte, unit, limits of normal, usual value, spread.
ANALYTES = (
    ("HGB", "g/dL", "12", "16", 12.6, 0.09), ("PLAT", "10^9/L", "150", "400", 225, 0.22),
    ("AST", "U/L", "10", "40", 33, 0.45), ("CREAT", "mg/dL", "0.6", "1.2", 0.9, 0.18),
)  # fmt: skip
# Measured besides, always inside the laboratory's limits.
NORMAL = (
    ("NEUT", "10^9/L", "2", "7.5", 4.2, 0.2), ("BILI", "mg/dL", "0.2", "1.2", 0.6, 0.2),
    ("ALT", "U/L", "10", "45", 26, 0.2),
)  # fmt: skip
# Registered type → marker, unit, upper limit of normal, assay. Chromogranin A is taken from all.
CHROMOGRANIN = ("CGA", "ng/mL", "95", "RIA")
MARKERS = {
    "gastrinoma": ("GASTRIN", "pg/mL", "100", "RIA"), "glucagonoma": ("GLUCAGON", "pg/mL", "150", "RIA"),
    "insulinoma": ("INSULIN", "mU/L", "25", "ELISA"), "somatostatinoma": ("SOMATOST", "pg/mL", "30", "RIA"),
    "wdha_syndrome": ("VIP", "pg/mL", "75", "RIA"), "pancreatic_polypeptide": ("PP", "pg/mL", "300", "RIA"),
    "metastatic_gi_carcinoid": ("HIAA5U24", "mg/24 h", "6", "HPLC"),
    "recurrent_gi_carcinoid": ("HIAA5U24", "mg/24 h", "6", "HPLC"),
}  # fmt: skip
FALLING = frozenset({"early_responder", "responder", "late_responder", "gap_responder", "complete", "relapse",
                     "marker_above", "borderline"})  # fmt: skip


def baseline_steps(made: DemoParticipant) -> list[Step]:
    """The baseline, scanned after consent and entered at registration; none of those never treated."""
    if made.day_1 is None:
        return []
    non_targets = [("bone", "spine")] if len(made.lesions) > 3 or made.course_name == "non_target_pd" else []
    if made.rank % 8 == 3:
        non_targets.append(("peritoneum", "small nodules"))
    raised = made.course_name in {"marker_above", "complete"}
    values = {
        "assessed_on": made.consented_on + timedelta(days=1), "targets": made.lesions, "non_targets": non_targets,
        "marker": "above" if raised else "not_done" if made.rank % 3 else "above",
    }  # fmt: skip
    return [Step(made.registered_on, "baseline", values)]


def scan_steps(made: DemoParticipant) -> list[Step]:
    """One entry a scan, on its last day."""
    return [Step(max([scan.on, *scan.scanned_late.values()]), "scan", {"scan": scan}) for scan in made.scans]


def visit_steps(made: DemoParticipant) -> list[Step]:
    """A visit at the start of each cycle; those of the last days are still to come, a few were left out."""
    weight = Decimal(made.chance.randint(520, 960)) / 10
    found = []
    for number, start in enumerate(made.cycle_starts, start=1):
        on = start + timedelta(days=made.chance.choice((0, 0, 0, 1, -1)) * (number > 1))
        if number == 2 and made.is_rank("A6", "B18"):
            on = start + timedelta(days=10)
        left_out = made.is_rank("A43", "B38") and number == len(made.cycle_starts)
        if on < made.today - timedelta(days=2) and on <= made.last_day and not left_out:
            found.append(_visit(made, number, on, weight))
        weight -= Decimal(made.chance.choice((0, 0, 4, 9))) / 10
    return found


def _visit(made: DemoParticipant, number: int, on: date, weight: Decimal) -> Step:
    chance = made.chance
    odd = (made.rank * 11 + number) % 37
    high = any(each.term == "hypertension" and each.onset_on <= on for each in made.events)
    missing = {1: "not_done", 2: "unknown", 3: "not_applicable"}.get(odd, "")
    pressure = None if odd == 4 else chance.randint(112, 142) + 26 * high
    values = {
        "visited_on": on, "cycle_number": number, "weight_kg": None if missing else weight,
        "weight_kg_missing": missing, "ecog": None if odd == 5 else min(chance.choice((0, 0, 1, 1, 2)), 2),
        "ecog_missing": "not_done" if odd == 5 else "", "systolic_mmhg": pressure,
        "systolic_mmhg_missing": "" if pressure else "not_done",
        "diastolic_mmhg": chance.randint(66, 88) + 14 * high if pressure else None,
        "diastolic_mmhg_missing": "" if pressure else "not_done",
    }  # fmt: skip
    if (made.group, made.rank, number) == ("A", 16, 2):
        values |= {"systolic_mmhg": 264, "diastolic_mmhg": 118}
    return Step(on, "visit", values, tuple(_laboratory(made, odd, on)))


def _laboratory(made: DemoParticipant, odd: int, on: date) -> list[Values]:
    """A result is pending for some weeks only."""
    found, is_new = [], (made.today - on).days < 40
    for place, (analyte, unit, low, high, usual, spread) in enumerate(ANALYTES):
        level = Decimal(str(max(usual * made.chance.gauss(1, spread), usual * 0.35))).quantize(TENTH)
        pending = is_new and odd == 6 + place and place < 3
        found.append({
            "analyte": analyte, "value": None if pending else level, "value_missing": "pending" if pending else "",
            "unit": unit, "lower_limit": Decimal(low), "upper_limit": Decimal(high),
        })  # fmt: skip
    return found + _normal(made, odd)


def _normal(made: DemoParticipant, odd: int) -> list[Values]:
    """From a chance of their own, so that no other value of the cohort hangs on them."""
    chance = Random(f"{made.group} {made.rank} {odd}")
    return [
        {"analyte": analyte, "value": min(max(Decimal(str(usual * chance.gauss(1, spread))), Decimal(low)),
                                          Decimal(high)).quantize(TENTH), "value_missing": "", "unit": unit,
         "lower_limit": Decimal(low), "upper_limit": Decimal(high)}
        for analyte, unit, low, high, usual, spread in NORMAL
    ]  # fmt: skip


def pressure_steps(made: DemoParticipant) -> list[Step]:
    """Blood pressure in each of the first six weeks, where the site sent it; a visit stands in for its own week."""
    recent = made.day_1 is not None and made.day_1 > made.today - timedelta(days=60)
    if made.day_1 is None or not (recent or made.is_rank("A5", "A16", "B17", "B24")):
        return []
    found = []
    for week in (1, 2, 3, 5):
        on = made.day_1 + timedelta(days=7 * week + made.chance.randint(0, 4))
        if on > min(made.last_day, made.today - timedelta(days=2)):
            break
        missing = made.chance.random() < 0.1
        found.append(Step(on, "blood_pressure", {
            "measured_on": on, "systolic_mmhg": None if missing else made.chance.randint(118, 158),
            "systolic_mmhg_missing": "not_done" if missing else "",
            "diastolic_mmhg": None if missing else made.chance.randint(70, 98),
            "diastolic_mmhg_missing": "not_done" if missing else "",
        }))  # fmt: skip
    return found


def hormone_steps(made: DemoParticipant) -> list[Step]:
    """Chromogranin A before treatment and with the scans, and the marker of the tumor where it has one."""
    days = [made.consented_on + timedelta(days=1), *(scan.on for scan in made.scans[:4])]
    found = _series(made, CHROMOGRANIN, days)
    if made.tumour_type in MARKERS and made.chance.random() < 0.85:
        found += _series(made, MARKERS[made.tumour_type], days[:4])
    return found


def _series(made: DemoParticipant, marker: tuple[str, str, str, str], days: list[date]) -> list[Step]:
    """Levels of one marker: raised at first in three of five, falling with a response and in some others."""
    chance = made.chance
    limit = Decimal(marker[2])
    share = chance.choice((0.6, 0.9, 1.8, 3.4, 7.5))
    end = chance.choice((0.3, 0.45) if made.course_name in FALLING else (0.45, 0.8, 1.0, 1.3, 1.6))
    if made.is_rank("A5", "B19"):
        share, end = 2.4, 0.3
    if made.is_rank("A4"):
        share = 1300.0
    found = []
    for number, on in enumerate(days):
        trend = 1 + (end - 1) * min(number, 3) / 3
        level = (limit * Decimal(str(share * trend * chance.uniform(0.94, 1.06)))).quantize(TENTH)
        found.append(_level(made, marker, number, on, level))
    return found


def _level(made: DemoParticipant, marker: tuple[str, str, str, str], number: int, on: date, level: Decimal) -> Step:
    code, unit, limit, assay = marker
    pending = (made.today - on).days < 21 and number > 0
    lost = made.is_rank("A20", "B26") and number == 1
    changed = made.is_rank("A8", "B10", "B28") and number >= 2
    other_unit = made.is_rank("A13") and number == 2 and code == "CGA"
    no_limit = made.is_rank("B16") and number == 1
    missing = "pending" if pending else "not_done" if lost else ""
    return Step(on if on > made.registered_on else made.registered_on, "hormone", {
        "sampled_on": on, "marker": code, "value": None if missing else level, "value_missing": missing,
        "unit": "ug/L" if other_unit else unit, "upper_limit": None if no_limit else Decimal(limit),
        "upper_limit_missing": "unknown" if no_limit else "", "assay": "ELISA, new kit" if changed else assay,
    })  # fmt: skip
