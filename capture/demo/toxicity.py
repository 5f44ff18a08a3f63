"""Adverse events of the demo: graded by CTCAE 3.0, most of them related, some severe, one fatal. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from capture.demo.accounts import PEOPLE
from capture.demo.participant import DemoEvent, DemoParticipant, Step, Values, full, month_of
from trial.models import Role

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


def draw_events(made: DemoParticipant) -> list[DemoEvent]:
    """What happens to a treated participant, in order of onset."""
    if made.day_1 is None:
        return []
    chance = made.chance
    last = min(made.off_on or made.today, made.today) - timedelta(days=2)
    found = []
    for term, frequency, grades in EVENTS:
        if chance.random() * 100 >= frequency or last <= made.day_1:
            continue
        onset = made.day_1 + timedelta(days=min(int(chance.expovariate(1 / 40)), (last - made.day_1).days))
        grade = None if chance.random() < 0.03 else chance.choice(grades)
        over = onset + timedelta(days=chance.randint(6, 40))
        resolved = over if over < min(made.last_day, made.today) and chance.random() < 0.75 else None
        found.append(DemoEvent(term, grade, onset, resolved))
    if made.rank % 9 == 2:
        found.append(DemoEvent("nausea" if made.group == "A" else "diarrhea", 1,
                               made.consented_on - timedelta(days=30), None, True))  # fmt: skip
    return sorted(found, key=lambda each: each.onset_on)


def event_steps(made: DemoParticipant) -> list[Step]:
    """One entry an event, made when it is over or a week after it began; a further episode where the grade changed."""
    found = []
    for place, event in enumerate(made.events):
        on = max(event.resolved_on or min(event.onset_on + timedelta(days=7), made.last_day), made.registered_on)
        found.append(Step(on, "adverse_event", _values(made, event, place)))
    if made.is_rank("A5", "B11") and made.day_1 is not None:
        found += _episodes(made, made.day_1 + timedelta(days=20))
    if made.is_rank("A22") and made.died_on is not None:
        fatal = DemoEvent("hemorrhage_gi", 5, made.died_on - timedelta(days=1), made.died_on)
        found.append(Step(made.died_on, "adverse_event", _values(made, fatal, 0) | {
            "select": "upper_gi_nos", "attribution": 3, "seriousness": "death", "expectedness": "unexpected",
            "outcome": "fatal", "action_taken": "stopped", "onset_on": full(fatal.onset_on)}))  # fmt: skip
    if made.is_rank("A2") and made.day_1 is not None:
        odd = DemoEvent("dermatology_skin_other_specify", 2, made.day_1 + timedelta(days=12), None)
        found.append(Step(odd.onset_on + timedelta(days=7), "adverse_event",
                          _values(made, odd, 0) | {"other_words": "splinter hemorrhages of the nails"}))  # fmt: skip
    return found


def _episodes(made: DemoParticipant, first: date) -> list[Step]:
    """Fatigue of grade 2 that becomes grade 3 and 1 again: three rows, one event."""
    days = (first, first + timedelta(days=14), first + timedelta(days=30), first + timedelta(days=45))
    found = []
    for place, grade in enumerate((2, 3, 1)):
        event = DemoEvent("insomnia", grade, days[place], days[place + 1])
        values = _values(made, event, 0) | {"onset_on": full(event.onset_on)}
        found.append(Step(days[place + 1], "adverse_event", values | ({"continues": "insomnia"} if place else {})))
    return found


# What an event's form holds where its story says nothing.
COMMON: Values = {"select": "", "other_words": "", "grade_missing": "", "attribution_missing": "",
                  "onset_on_missing": "", "resolved_on": None, "present_at_baseline": False, "aware_time": None,
                  "outcome": "not_recovered"}  # fmt: skip


def _values(made: DemoParticipant, event: DemoEvent, place: int) -> Values:
    chance = made.chance
    grade, over = event.grade, event.resolved_on is not None
    severe = (grade or 0) >= 4
    undetermined = made.is_rank("A13", "B13") and place == 1
    no_onset = made.is_rank("A34", "B23") and place == 0
    partial = chance.random() < 0.08 and not severe
    onset = month_of(event.onset_on) if partial else full(event.onset_on)
    cycle = sum(start <= event.onset_on for start in made.cycle_starts) or None
    return COMMON | {
        "term": event.term, "grade": grade, "grade_missing": "" if grade is not None else "unknown",
        "attribution": None if undetermined else 1 if event.present_at_baseline else chance.choice((2, 3, 4, 4, 5)),
        "attribution_missing": "pending" if undetermined else "", "onset_on": None if no_onset else onset,
        "onset_on_missing": "unknown" if no_onset else "",
        "resolved_on": full(event.resolved_on) if event.resolved_on else None,
        "present_at_baseline": event.present_at_baseline, "seriousness": "hospitalisation" if severe else "no",
        "expectedness": "" if grade == 1 else "expected", "hospital_stay": "yes" if severe else "",
        "aware_on": event.onset_on + timedelta(days=1) if severe else None,
        "action_taken": chance.choice(("reduced", "held")) if (grade or 0) >= 3 else "none",
        "outcome": "recovered" if over else "not_recovered", "cycle_number": cycle,
    }  # fmt: skip


SENT_LATE = ("B24",)
DAYS_TO_SEND, DAYS_WHEN_LATE = 6, 13
SENDER = {each.site: each.full_name for each in PEOPLE if each.role == Role.COORDINATOR}
AWARE_TIME = time(14, 30)


@dataclass(frozen=True)
class Fresh:
    """An event of the last days: its values, how many days ago the site became aware, whether it has notified."""

    term: str
    grade: int
    aware_days_ago: int | None
    seriousness: str = "hospitalisation"
    expectedness: str = "unexpected"
    notified: bool = False


# Rank → what happened: due, overdue, notified and the complete report due, waiting for an answer.
FRESH = {
    "A46": Fresh("dehydration", 3, 3),
    "A41": Fresh("pancreatitis", 4, 2, "life_threatening"),
    "B38": Fresh("thrombosis_thrombus_embolism", 4, 2, notified=True),
    "B40": Fresh("diarrhea", 3, None, "no", ""),
}


def report_steps(made: DemoParticipant) -> list[Step]:
    """The reports of the severe events drawn for a participant, and the fresh ones with theirs."""
    found = [_old(made, each.term, each.onset_on + timedelta(days=1)) for each in made.events if (each.grade or 0) >= 4]
    if made.is_rank("A22") and made.died_on is not None:
        found += [_report(made.died_on, "notification", made, "hemorrhage_gi"),
                  _report(made.died_on + timedelta(days=4), "complete", made, "hemorrhage_gi")]  # fmt: skip
    return [each for each in found if each.on < made.today] + _fresh(made)


def _old(made: DemoParticipant, term: str, aware_on: date) -> Step:
    days = DAYS_WHEN_LATE if made.is_rank(*SENT_LATE) else DAYS_TO_SEND
    return _report(aware_on + timedelta(days=days), "complete", made, term)


def _report(on: date, kind: str, made: DemoParticipant, term: str, at: time = time(16, 5)) -> Step:
    """A report sent on a day; entered when its event was: the event's own entry can come weeks later."""
    values = {"term": term, "kind": kind, "sent_at": datetime.combine(on, at, UTC), "sent_by": SENDER[made.site],
              "reference": f"S-{made.key}-{on:%j}"}  # fmt: skip
    entered = max([on, *(each.resolved_on or each.onset_on for each in made.events if each.term == term)])
    return Step(max(entered, on + timedelta(days=7)), "expedited_report", values)


def _fresh(made: DemoParticipant) -> list[Step]:
    event = FRESH.get(made.key)
    if event is None or not made.cycle_starts:
        return []
    aware_on = None if event.aware_days_ago is None else made.today - timedelta(days=event.aware_days_ago)
    found = [Step(made.today, "adverse_event", _report_values(made, event, aware_on))]
    if event.notified and aware_on is not None:
        sent = _report(aware_on, "notification", made, event.term, time(18, 10))
        found.append(Step(made.today, sent.kind, sent.values))
    return found


def _report_values(made: DemoParticipant, event: Fresh, aware_on: date | None) -> Values:
    onset_on = (aware_on or made.today - timedelta(days=2)) - timedelta(days=1)
    return COMMON | {
        "term": event.term, "grade": event.grade, "attribution": 3, "onset_on": full(onset_on),
        "seriousness": event.seriousness, "expectedness": event.expectedness,
        "hospital_stay": "yes" if event.seriousness != "no" else "",
        "aware_on": aware_on, "aware_time": AWARE_TIME if aware_on else None, "action_taken": "held",
        "cycle_number": len(made.cycle_starts),
    }  # fmt: skip
