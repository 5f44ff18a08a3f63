"""Which date ends the clock, and which only stops it."""

from datetime import date

import pytest

from analysis.outcomes.times import OS, PFS, TTP, ImpossibleDates, TimeToEvent, observe
from trial.rules.evaluation.facts import DatedFact

REGISTERED = DatedFact(date(2006, 1, 1), "registered")
SCANNED = DatedFact(date(2006, 3, 1), "most recent disease assessment")
PROGRESSED = DatedFact(date(2006, 3, 2), "sum rose by 20 %")
DIED = DatedFact(date(2006, 5, 1), "died")
ALIVE = DatedFact(date(2006, 6, 1), "last contact")

ROWS = [
    ("progression ends PFS", PFS, {"progression": PROGRESSED, "death": DIED}, date(2006, 3, 2), True),
    ("death without progression ends PFS", PFS, {"death": DIED, "last_assessment": SCANNED}, date(2006, 5, 1), True),
    ("death is no event of TTP", TTP, {"death": DIED, "last_assessment": SCANNED}, date(2006, 3, 1), False),
    ("progression is no event of OS", OS, {"progression": PROGRESSED, "last_known_alive": ALIVE},
     date(2006, 6, 1), False),
    ("death ends OS", OS, {"death": DIED, "last_known_alive": SCANNED}, date(2006, 5, 1), True),
    ("PFS is censored at the disease assessment, not at contact", PFS,
     {"last_assessment": SCANNED, "last_known_alive": ALIVE}, date(2006, 3, 1), False),
    ("no disease assessment censors at registration", PFS, {"last_assessment": None}, date(2006, 1, 1), False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "endpoint", "dates", "end_on", "event"), ROWS, ids=[row[0] for row in ROWS])
def test_the_clock_stops_where_the_declaration_says(name, endpoint, dates, end_on, event) -> None:
    seen = observe(endpoint, {"registration": REGISTERED, **dates}, "NET-001")
    assert (seen.end_on, seen.event, seen.participant) == (end_on, event, "NET-001")
    assert seen.days == (end_on - REGISTERED.on).days


def test_progression_and_death_on_one_day_are_progression() -> None:
    same_day = DatedFact(PROGRESSED.on, "died")
    seen = observe(PFS, {"registration": REGISTERED, "death": same_day, "progression": PROGRESSED})
    assert seen.because == "sum rose by 20 %"


def test_censoring_at_registration_says_that_no_assessment_is_on_record() -> None:
    seen = observe(PFS, {"registration": REGISTERED})
    assert (seen.days, seen.because) == (0, "censored: at registration, no disease assessment on record")


def test_an_end_before_the_start_is_refused_in_words() -> None:
    early = DatedFact(date(2005, 12, 31), "died")
    words = "of NET-007: death on 31-DEC-2005 precedes registration on 01-JAN-2006"
    with pytest.raises(ImpossibleDates, match=words):
        observe(OS, {"registration": REGISTERED, "death": early}, "NET-007")


def test_an_unknown_start_is_refused_in_words() -> None:
    with pytest.raises(ImpossibleDates, match="no date of registration"):
        observe(PFS, {"registration": None})


def test_a_declaration_cannot_name_an_unknown_source() -> None:
    with pytest.raises(ValueError, match="unknown sources: relapse"):
        TimeToEvent("Wrong", "registration", ("relapse",), ("registration",))
