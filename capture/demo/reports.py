"""Expedited reports of the demo: of old events all were sent, one late; of four new ones the clocks run today. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from capture.demo.cohort import DemoParticipant
from capture.demo.step import Step, Values, full

SENT_LATE = ("B24",)
DAYS_TO_SEND, DAYS_WHEN_LATE = 6, 13
SENDER = {"NORTH": "Nora Lind", "SOUTH": "Sol Reyes", "EAST": "Edda Brandt", "WEST": "Wim de Graaf",
          "LAKE": "Lena Sato", "HILL": "Hugo Marin"}  # fmt: skip
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
    found = [Step(made.today, "adverse_event", _values(made, event, aware_on))]
    if event.notified and aware_on is not None:
        sent = _report(aware_on, "notification", made, event.term, time(18, 10))
        found.append(Step(made.today, sent.kind, sent.values))
    return found


def _values(made: DemoParticipant, event: Fresh, aware_on: date | None) -> Values:
    onset_on = (aware_on or made.today - timedelta(days=2)) - timedelta(days=1)
    return {
        "term": event.term, "select": "", "other_words": "", "grade": event.grade, "grade_missing": "",
        "attribution": 3, "attribution_missing": "", "onset_on": full(onset_on), "onset_on_missing": "",
        "resolved_on": None, "present_at_baseline": False, "seriousness": event.seriousness,
        "expectedness": event.expectedness, "hospital_stay": "yes" if event.seriousness != "no" else "",
        "aware_on": aware_on, "aware_time": AWARE_TIME if aware_on else None, "action_taken": "held",
        "outcome": "not_recovered", "cycle_number": len(made.cycle_starts),
    }  # fmt: skip
