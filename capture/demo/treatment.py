"""Cycles with their doses, and what comes after: off treatment, contacts, death, withdrawal, off study. Pure."""

from datetime import date, timedelta

from capture.demo.participant import DemoParticipant, Step, Values, full, month_of, year_of
from trial.protocol import constant
from trial.rules.dose.intensity import cycle_dose

DAYS, DISPENSED = 28, 112
THERAPIES = ("streptozocin and 5-FU", "interferon alfa", "everolimus")
TWO_YEARS = timedelta(days=constant("follow_up_days"))
Periods = tuple[tuple[int, int, int, str, str], ...]
# Full dose, and the ways in which a cycle was not taken as planned: (from, to, mg, frequency, reason).
FULL = ((1, 28, 400, "twice_daily", ""),)
ODD = {
    "reduced": ((1, 14, 400, "twice_daily", ""), (15, 28, 400, "once_daily", "hand-foot skin reaction")),
    "held": ((1, 20, 400, "twice_daily", ""), (21, 28, 0, "held", "diarrhea")),
    "every_other_day": ((1, 28, 400, "every_other_day", "hand-foot skin reaction, grade 3"),),
    "missed": ((1, 9, 400, "twice_daily", ""), (10, 12, 0, "held", "away from home"), (13, 28, 400, "twice_daily", "")),
}  # fmt: skip


def cycle_steps(made: DemoParticipant) -> list[Step]:
    """One entry a cycle, made when it is over; of the running one what was taken so far."""
    found = []
    for number, start in enumerate(made.cycle_starts, start=1):
        # It is still yesterday at some of the sites.
        last_day = min(made.off_on or made.today, made.today - timedelta(days=1))
        days = min((last_day - start).days + 1, DAYS)
        odd = (made.rank * 7 + number * 5) % 23
        kind = {3: "reduced", 8: "held", 13: "missed", 18: "every_other_day"}.get(odd) if number > 1 else None
        periods = _cut(ODD[kind] if kind else FULL, days)
        late = number > 1 and (start - made.cycle_starts[number - 2]).days > DAYS
        values = {
            "number": number, "started_on": start, "periods": periods, "tablets_dispensed": DISPENSED,
            "tablets_returned": None if days < DAYS and made.off_on is None else DISPENSED - _tablets_taken(periods),
            "lot": f"SOR-{start.year}-{start.month:02d}", "delay_reason": "recovery from toxicity" if late else "",
        }  # fmt: skip
        # A cycle that treatment's end cut short is entered the day after, when the end is on record.
        over_on = last_day + timedelta(days=1) if made.off_on is not None and days < DAYS else last_day
        found.append(Step(min(start + timedelta(days=DAYS - 1), over_on, made.today), "cycle", values))
    return found


def _tablets_taken(periods: Periods) -> int:
    taken = [each[:4] for each in periods]
    return int(cycle_dose(taken).taken_mg) // constant("tablet_mg")


def _cut(periods: Periods, days: int) -> Periods:
    """The periods up to the last day on treatment."""
    return tuple((first, min(last, days), *rest) for first, last, *rest in periods if first <= days)


def ending_steps(made: DemoParticipant) -> list[Step]:
    """Off treatment, contacts every three or six months, death, withdrawal, and the end of the study."""
    if made.off_on is None:
        return []
    because = {"other": "wish to be treated nearer to home", "other_illness": "stroke"}.get(made.off_reason, "")
    found = [Step(made.off_on, "off_treatment",
                  {"off_on": made.off_on, "reason": made.off_reason, "because": because})]  # fmt: skip
    if made.is_rank("A20"):
        found.append(_withdrawal(made.off_on, "treatment", "too many journeys"))
    ended_on = _withdrawn_on(made)
    if ended_on is not None:
        found.append(_withdrawal(ended_on, "follow_up" if made.group == "A" else "all", ""))
    found += _contacts(made, ended_on)
    return found + _death(made) + _off_study(made, ended_on)


def _withdrawal(on: date, scope: str, because: str) -> Step:
    return Step(on, "withdrawal", {"withdrew_on": on, "scope": scope, "because": because})


def _withdrawn_on(made: DemoParticipant) -> date | None:
    if not made.is_rank("A33", "B10", "B20") or made.off_on is None:
        return None
    on = made.off_on + timedelta(days=60)
    return on if on < min(made.last_day, made.today) else None


def _contacts(made: DemoParticipant, ended_on: date | None) -> list[Step]:
    assert made.off_on is not None
    progressed = made.off_reason == "progression"
    end = min(ended_on or made.last_day, made.today, made.registered_on + TWO_YEARS)
    on, number, found = made.off_on, 0, []
    while True:
        on += timedelta(days=183 if progressed else 91)
        number += 1
        if on > end - timedelta(days=5):
            return found
        values = _contact(made, on, number, progressed)
        progressed = progressed or values["progression"] == "radiological"
        found.append(Step(on, "follow_up", values))


def _contact(made: DemoParticipant, on: date, number: int, progressed: bool) -> Values:
    chance = made.chance
    found = "none"
    if not progressed and number == 2 and made.rank % 3 == 0:
        found = "radiological"
    elif not progressed and made.course_name == "clinical":
        found = "clinical"
    elif progressed:
        found = "not_known"
    therapy = number == 1 and (made.rank % 4 == 0 or (found == "clinical"))
    began = on - timedelta(days=40)
    partial = {0: full, 1: month_of, 2: year_of}[made.rank % 3](began)
    return {
        "contacted_on": on, "alive": "unknown" if made.is_rank("A44", "B18") and number == 1 else "alive",
        "progression": found,
        "progressed_on": on - timedelta(days=9) if found in ("radiological", "clinical") else None,
        "progression_method": "spiral_ct" if found == "radiological" else "",
        "disease_assessed_on": on - timedelta(days=4) if found == "none" and chance.random() < 0.7 else None,
        "new_therapy": "yes" if therapy else "unknown" if made.rank % 13 == 5 else "no",
        "new_therapy_on": partial if therapy else None,
        "new_therapy_name": chance.choice(THERAPIES) if therapy else "",
    }  # fmt: skip


def _death(made: DemoParticipant) -> list[Step]:
    if made.died_on is None:
        return []
    toxic = made.is_rank("A22")
    cause = "toxicity" if toxic else made.chance.choice(("disease", "disease", "disease", "other", "unknown"))
    when = full(made.died_on)
    if made.rank % 7 == 1 and not toxic:
        when = month_of(made.died_on)
    because = "myocardial infarction" if cause == "other" else ""
    return [Step(made.died_on, "death", {"died_on": when, "cause": cause, "because": because})]


def _off_study(made: DemoParticipant, ended_on: date | None) -> list[Step]:
    if made.died_on is not None:
        on, reason = made.died_on, "death"
    elif ended_on is not None:
        on, reason = ended_on, "withdrawal"
    elif made.is_rank("A44", "B18") and made.off_on is not None:
        on, reason = made.off_on + timedelta(days=200), "lost"
    else:
        on, reason = made.registered_on + TWO_YEARS, "completed"
    if on > made.today - timedelta(days=2) or (reason == "completed" and made.rank % 5 == 2):
        return []
    return [Step(on, "off_study", {"off_on": on, "reason": reason, "because": ""})]
