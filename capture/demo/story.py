"""The whole demo as one list of entries in the order in which they are made. Pure.

Adding a part = a function from a participant to its steps, one line in `PARTS`, and the act that enters its kind in
`capture.demo.entering.ACTS`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from capture.demo import background, samples, toxicity, treatment
from capture.demo.cohort import FIRST_DAYS_AGO, cohort
from capture.demo.participant import DemoParticipant, Step

STUDY = "study"
# Of these nobody has looked at the unusual values.
NOT_LOOKED_AT = ("A8", "A16", "B28")
Part = Callable[[DemoParticipant], list[Step]]
# Entries of one day are made in this order.
PARTS: tuple[Part, ...] = (
    background.background_steps, samples.visit_steps, samples.pressure_steps, samples.baseline_steps,
    treatment.cycle_steps, samples.scan_steps, samples.hormone_steps, treatment.ending_steps, toxicity.event_steps,
    toxicity.report_steps, background.odd_steps,
)  # fmt: skip


def story(today: date, sites: tuple[str, ...], participants: int | None = None) -> list[tuple[str, Step]]:
    """(key of the participant or `study`, step), by day; participants: only the first so many that are registered."""
    made = _first(cohort(today, sites), participants)
    keyed = [(each.key, step) for each in made for step in steps_of(each)]
    if participants is None:
        keyed += [(STUDY, step) for step in background.study_steps(today - timedelta(days=FIRST_DAYS_AGO))]
    # Python's sort is stable: entries of one participant and one day keep their order.
    return sorted(keyed, key=lambda each: each[1].on)


def steps_of(made: DemoParticipant) -> list[Step]:
    """Everything that is entered about one participant, by day."""
    kind = background.tumor(made)
    found = background.registration_steps(made, background.details(made, kind))
    if made.is_rank(background.AGAIN):
        found += background.odd_steps(made)
    elif made.is_registered:
        made.tumour_type = kind[0]
        made.events = toxicity.draw_events(made)
        found += [step for part in PARTS for step in part(made)]
    if made.is_rank(*NOT_LOOKED_AT):
        found = [replace(step, looked_at="") for step in found]
    return sorted(found, key=lambda step: step.on)


def _first(made: list[DemoParticipant], participants: int | None) -> list[DemoParticipant]:
    """The first so many registered, and whoever waits for a waiver today."""
    if participants is None:
        return made
    registered = [each for each in made if each.is_registered][:participants]
    return registered + [each for each in made if each.is_rank("B91")]


