"""What a course is: how the lesions go on, how long treatment lasts, and how it ends. Pure.

Frequencies follow what such agents show: few confirmed responses, mostly stable disease.
"""

from datetime import date, timedelta
from decimal import Decimal

from capture.demo.participant import DemoLesion, DemoParticipant, DemoScan
from trial.rules.response.recist import IN_FORCE

TENTH = Decimal("0.1")
ORGANS = ("liver", "liver", "liver", "lymph_node", "lung", "pancreas", "mesentery")
# Sum at each follow-up as a fraction of baseline; None: no lesion was evaluated.
FRACTIONS: dict[str, tuple[float | None, ...]] = {
    "early_responder": (0.64, 0.55, 0.52, 0.50, 0.55, 0.58, 0.72),
    "responder": (0.82, 0.62, 0.55, 0.52, 0.55, 0.58, 0.58),
    "gap_responder": (0.80, 0.62, None, 0.58, 0.55, 0.58),
    "relapse": (0.72, 0.58, 0.50, 0.52, 0.66),
    "borderline": (0.90, 0.70, 0.70, 0.70, 0.72),
    "complete": (0.5, 0.0, 0.0, 0.0, 0.0),
    "marker_above": (0.45, 0.0, 0.0, 0.0),
    "reappears": (0.4, 0.0, 0.2),
    "unconfirmed": (0.88, 0.67, 0.74, 0.78, 0.86),
    "stable": (0.97, 0.95, 0.96, 0.98, 1.0, 1.02, 1.0),
    "shrinking": (0.90, 0.84, 0.80, 0.82, 0.86, 0.90),
    "locally_treated": (0.96, 0.94, 0.92, 0.95, 0.97),
    "all_missed": (0.98, None, 1.0, None, 1.01),
    "rapid_progressor": (1.34,),
    "progressor": (1.08, 1.31),
    "slow_progressor": (0.97, 0.95, 1.02, 1.22),
    "new_lesion": (0.98, 0.96, 1.0),
    "non_target_pd": (0.97, 0.99, 1.03),
    "clinical": (0.99, 1.08),
}
PROGRESSES = frozenset({"rapid_progressor", "progressor", "slow_progressor", "new_lesion", "non_target_pd",
                        "unconfirmed", "relapse", "reappears", "early_responder"})  # fmt: skip
# Days of treatment of those without a scan.
SHORT = {"never_scanned": 62, "early_death": 33, "late_death": 40}


def disease_of(made: DemoParticipant) -> None:
    """Draws lesions, day 1, scans and the end of treatment."""
    chance = made.chance
    made.lesions = _within_limits([DemoLesion(chance.choice(ORGANS), Decimal(chance.randint(220, 780)) / 10)
                                   for _ in range(chance.randint(2, 5))])  # fmt: skip
    made.last_day = made.today
    if made.course_name == "never_dosed":
        return
    made.day_1 = made.registered_on + timedelta(days=chance.randint(1, 6))
    made.scans = _scans(made, made.day_1)
    made.off_on, made.off_reason = _end_of_treatment(made, made.day_1)
    made.cycle_starts = _cycles(made, made.day_1)
    made.died_on = _death(made)
    made.last_day = made.died_on or made.today


def _within_limits(drawn: list[DemoLesion]) -> list[DemoLesion]:
    """The lesions that the criteria in force take as targets; those of RECIST 1.0 take all that are drawn."""
    found: list[DemoLesion] = []
    for each in drawn:
        in_organ = sum(1 for other in found if other.organ == each.organ)
        if in_organ < IN_FORCE.targets_per_organ and len(found) < IN_FORCE.targets_in_all:
            found.append(each)
    return found


def _fractions(made: DemoParticipant) -> tuple[float | None, ...]:
    """The sum at each scan to come; those with stable disease leave treatment at different times."""
    found = FRACTIONS.get(made.course_name, ())
    return found[: 3 + made.rank % 4] if made.course_name in {"stable", "shrinking"} else found


def _scans(made: DemoParticipant, day_1: date) -> list[DemoScan]:
    fractions = _fractions(made)
    found = []
    for index, fraction in enumerate(fractions, start=1):
        on = day_1 + timedelta(days=56 * index + made.chance.randint(-5, 5))
        # The newest visits are left open, so that some are due today and few are overdue.
        if on > made.today - timedelta(days=made.chance.choice((2, 2, 9, 12))):
            break
        last = index == len(fractions)
        scan = DemoScan(on, [_millimetres(made, each, fraction) for each in made.lesions])
        scan.why_missing = "scanner out of order" if fraction is None else "motion artifact"
        scan.new_lesion = last and made.course_name in {"new_lesion", "relapse"}
        scan.non_target_progressed = last and made.course_name == "non_target_pd"
        scan.marker = _marker(made, index)
        _odd(made, index, scan)
        found.append(scan)
    return found


def _millimetres(made: DemoParticipant, lesion: DemoLesion, fraction: float | None) -> Decimal | None:
    if fraction is None:
        return None
    noise = 1.0 if made.course_name == "borderline" or not fraction else made.chance.uniform(0.985, 1.015)
    return (lesion.longest_diameter_mm * Decimal(str(fraction)) * Decimal(str(noise))).quantize(TENTH)


def _marker(made: DemoParticipant, index: int) -> str:
    if made.course_name == "marker_above":
        return "above"
    if made.course_name == "complete":
        return "normal"
    return "not_done" if made.rank % 3 else "above" if index % 2 else "normal"


def _odd(made: DemoParticipant, index: int, scan: DemoScan) -> None:
    """Single lesions missed or scanned on another day, and investigators with an opinion of their own."""
    if made.is_rank("A7", "A25", "B4") and index == 3:
        scan.millimetres[0] = None
    if made.is_rank("A12", "B8") and index == 2:
        scan.scanned_late = {0: scan.on + timedelta(days=2)}
    if made.is_rank("A3", "B7") and index == 1:
        scan.opinion = "PR"
    if made.is_rank("A8", "B10") and index == 3:
        scan.opinion = "PR"
    if made.is_rank("A29") and index == 1:
        scan.on += timedelta(days=12)


def _end_of_treatment(made: DemoParticipant, day_1: date) -> tuple[date | None, str]:
    """The day treatment ended and why; None while it goes on."""
    chance = made.chance
    complete = len(made.scans) == len(_fractions(made))
    if made.course_name in SHORT:
        end = day_1 + timedelta(days=SHORT[made.course_name])
        reason = "death" if made.course_name == "early_death" else chance.choice(("refusal", "toxicity"))
    elif complete and made.course_name in PROGRESSES:
        end, reason = made.scans[-1].on + timedelta(days=chance.randint(1, 8)), "progression"
    elif complete:
        end = made.scans[-1].on + timedelta(days=chance.randint(2, 30))
        reason = "symptomatic" if made.course_name == "clinical" else chance.choice(
            ("toxicity", "refusal", "physician", "other_illness", "other"))  # fmt: skip
    else:
        return None, ""
    return (end, reason) if end < made.today - timedelta(days=3) else (None, "")


def _cycles(made: DemoParticipant, day_1: date) -> list[date]:
    chance = made.chance
    last = made.off_on - timedelta(days=2) if made.off_on else made.today - timedelta(days=chance.choice((1, 4)))
    found, start = [], day_1
    while start <= last:
        found.append(start)
        start += timedelta(days=28 + chance.choice((0, 0, 0, 0, 0, 3, 7)))
    # None begins after the scan that shows progression.
    return [on for on in found if made.off_reason != "progression" or on <= made.scans[-1].on]


def _death(made: DemoParticipant) -> date | None:
    if made.off_on is None:
        return None
    if made.course_name == "early_death":
        return made.off_on
    if made.course_name == "late_death":
        return made.off_on + timedelta(days=240)
    likely = 0.75 if made.off_reason in {"progression", "symptomatic"} else 0.25
    died_on = made.off_on + timedelta(days=made.chance.randint(30, 460))
    return died_on if made.chance.random() < likely and died_on < made.today - timedelta(days=7) else None
