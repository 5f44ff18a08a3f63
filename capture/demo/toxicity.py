"""Adverse events of the demo: graded by CTCAE 3.0, most of them related, some severe, one fatal. Pure."""

from datetime import date, timedelta

from capture.demo.cohort import DemoEvent, DemoParticipant
from capture.demo.step import Step, Values, full, month_of

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
                          _values(made, odd, 0) | {"other_words": "splinter haemorrhages of the nails"}))  # fmt: skip
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


def _values(made: DemoParticipant, event: DemoEvent, place: int) -> Values:
    chance = made.chance
    grade, over = event.grade, event.resolved_on is not None
    severe = (grade or 0) >= 4
    undetermined = made.is_rank("A13", "B13") and place == 1
    no_onset = made.is_rank("A34", "B23") and place == 0
    partial = chance.random() < 0.08 and not severe
    onset = month_of(event.onset_on) if partial else full(event.onset_on)
    cycle = sum(start <= event.onset_on for start in made.cycle_starts) or None
    return {
        "term": event.term, "select": "", "other_words": "", "grade": grade,
        "grade_missing": "" if grade is not None else "unknown",
        "attribution": None if undetermined else 1 if event.present_at_baseline else chance.choice((2, 3, 4, 4, 5)),
        "attribution_missing": "pending" if undetermined else "", "onset_on": None if no_onset else onset,
        "onset_on_missing": "unknown" if no_onset else "",
        "resolved_on": full(event.resolved_on) if event.resolved_on else None,
        "present_at_baseline": event.present_at_baseline, "seriousness": "hospitalisation" if severe else "no",
        "expectedness": "" if grade == 1 else "expected", "hospital_stay": "yes" if severe else "",
        "aware_on": event.onset_on + timedelta(days=1) if severe else None, "aware_time": None,
        "action_taken": chance.choice(("reduced", "held")) if (grade or 0) >= 3 else "none",
        "outcome": "recovered" if over else "not_recovered", "cycle_number": cycle,
    }  # fmt: skip
