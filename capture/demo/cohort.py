"""The 93 synthetic participants: who is registered when, at which site, and which course each one takes. Pure.

Drawn from a fixed seed; dates count back from the day of loading. The pace is such that stage 1 fills up, closes its
group, and opens it again: group A when one of the 21 is found ineligible and when a second one responds, group B by the
study chair, and by a second responder afterwards.
"""

import random
from datetime import date, timedelta

from capture.demo.disease import disease_of
from capture.demo.participant import IN_GROUP, DemoParticipant

SEED = 20050601
FIRST_DAYS_AGO = 900
# Course of each participant by group and rank, else stable; `capture.demo.disease` says what a course is.
COURSES: dict[str, tuple[str, ...]] = {
    "progressor": ("A2", "A16", "A26", "A44", "B3", "B29", "B41"),
    "rapid_progressor": ("A10", "A35", "B9", "B19"),
    "early_responder": ("A3", "B7"),
    "unconfirmed": ("A5", "A23", "B11"),
    "slow_progressor": ("A6", "A19", "A29", "A42", "B5", "B21", "B38"),
    "shrinking": ("A8", "A15", "A25", "A33", "A39", "A46", "B1", "B10", "B22", "B28", "B40"),
    "never_dosed": ("A9", "B6", "B32"),
    "locally_treated": ("A11", "B14"),
    "new_lesion": ("A13", "B13"),
    "clinical": ("A17", "B34"),
    "responder": ("A18", "A41", "B16"),
    "never_scanned": ("A20", "A48", "B17"),
    "early_death": ("A22", "B37"),
    "gap_responder": ("A27",),
    "complete": ("A31",),
    "non_target_pd": ("A32",),
    "marker_above": ("A36",),
    "late_death": ("A28",),
    "all_missed": ("B24",),
    "relapse": ("B26",),
    "borderline": ("B30",),
    "reappears": ("B35",),
}  # fmt: skip
_COURSE_OF = {key: course for course, keys in COURSES.items() for key in keys}
# (from this rank on, days after the first registration, days from one to the next)
PACE = {"A": ((1, 0, 10), (24, 265, 0), (25, 372, 20)), "B": ((1, 8, 13), (23, 318, 12), (25, 396, 26))}
SITE_WEIGHTS = (8, 5, 4, 3, 3, 2)
# Screened and never registered: days after the first registration.
SCREENED_ONLY = (("A", 90, 520), ("B", 91, 897))


def cohort(today: date, sites: tuple[str, ...]) -> list[DemoParticipant]:
    """Everyone in order of registration, those screened only among them; the same for the same day and sites."""
    made = [_participant(group, rank, _offset(group, rank), today, sites)
            for group, size in IN_GROUP.items() for rank in range(1, size + 1)]  # fmt: skip
    made += [_participant(group, rank, days, today, sites) for group, rank, days in SCREENED_ONLY]
    return sorted(made, key=lambda each: (each.registered_on, each.key))


def _offset(group: str, rank: int) -> int:
    first, days, every = [pace for pace in PACE[group] if pace[0] <= rank][-1]
    return days + every * (rank - first)


def _participant(group: str, rank: int, offset: int, today: date, sites: tuple[str, ...]) -> DemoParticipant:
    chance = random.Random(SEED * 1000 + 500 * (group == "B") + rank)
    registered_on = today - timedelta(days=FIRST_DAYS_AGO - offset - chance.randint(0, 2))
    course = _COURSE_OF.get(f"{group}{rank}", "stable") if rank <= IN_GROUP[group] else "never_dosed"
    made = DemoParticipant(
        group, rank, chance.choices(sites, SITE_WEIGHTS[: len(sites)])[0], course,
        registered_on - timedelta(days=chance.randint(2, 10)), registered_on, today, chance,
    )  # fmt: skip
    disease_of(made)
    return made
