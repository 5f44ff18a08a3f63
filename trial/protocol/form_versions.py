"""Every edition of every form of the casebook: one literal list, read by pages, import and record. PURE.

A further edition is one more line: what it asks that the one before did not, the labels that the one before had and it
has not, and since when. An older edition asks all but what came later. A field of a later edition is empty, without a
reason, in the entries of an older one, and the database must let it be. What a laboratory list offers beside what is
always asked is no part of an edition: nobody is asked for it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

AS_REGISTERED = "protocol as registered"


@dataclass(frozen=True)
class Edition:
    """One edition of one form.

    form: the form's kind in the casebook. changed: what is different, in words. protocol, since: by which protocol or
    guidance, and the day on which this program had it. new_fields: asked from this edition on (a value and the reason
    why it is missing are two fields). labels: field → what this edition calls it, if the next one calls it otherwise.
    """

    form: str
    number: int
    changed: str
    protocol: str
    since: date
    new_fields: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


_FIRST_DAY = date(2026, 11, 24)
_FIRST = ("First edition.", AS_REGISTERED, _FIRST_DAY)

EDITIONS: tuple[Edition, ...] = (
    Edition("registration", 1, *_FIRST),
    Edition("baseline", 1, *_FIRST),
    Edition("cycle", 1, *_FIRST),
    Edition("follow_up_scan", 1, *_FIRST),
    Edition("visit", 1, *_FIRST),
    Edition("blood_pressure", 1, *_FIRST),
    Edition("adverse_event", 1, *_FIRST, labels={"expectedness": "Expectedness, if serious"}),
    Edition(
        "adverse_event", 2,
        "Asks what starts and decides an expedited report: the hospital stay, and when the site became aware. "
        "Whether it was expected is asked of events that are not serious too.",
        "expedited reporting, to be confirmed by the sponsor", _FIRST_DAY,
        ("hospital_stay", "aware_on", "aware_time"),
    ),
    Edition("hormone", 1, *_FIRST),
    Edition("medication", 1, *_FIRST),
    Edition("history", 1, *_FIRST),
    Edition("deviation", 1, *_FIRST),
    Edition("off_treatment", 1, *_FIRST),
    Edition("follow_up", 1, *_FIRST),
    Edition("death", 1, *_FIRST),
    Edition("withdrawal", 1, *_FIRST),
    Edition("off_study", 1, *_FIRST),
)  # fmt: skip

# The newest edition that was in use before entries kept theirs and sites their approvals; of other forms it is the
# first. It never changes: an edition declared later is used where its approval is on record.
BEFORE_APPROVALS = {"adverse_event": 2}


def editions_of(form: str) -> tuple[Edition, ...]:
    """The editions of a form, the oldest first; empty for what is no form of the casebook."""
    return tuple(sorted((each for each in EDITIONS if each.form == form), key=lambda each: each.number))


def newest(form: str) -> int:
    """The number of the newest edition that is declared."""
    return editions_of(form)[-1].number


def before_approvals(form: str) -> int:
    """The edition that every site used before approvals were kept."""
    return BEFORE_APPROVALS.get(form, 1)


def asked_after(form: str, number: int) -> tuple[str, ...]:
    """The fields that this edition does not ask and a later one does, in order of editions."""
    return tuple(name for each in editions_of(form) if each.number > number for name in each.new_fields)


def asked_between(form: str, older: int, newer: int) -> tuple[str, ...]:
    """The fields that the newer edition asks and the older one did not."""
    later = set(asked_after(form, newer))
    return tuple(name for name in asked_after(form, older) if name not in later)


def asked_from(form: str, field_name: str) -> int:
    """The number of the edition that first asks a field."""
    return next((each.number for each in editions_of(form) if field_name in each.new_fields), 1)


def labels(form: str, number: int) -> dict[str, str]:
    """Field → label of this edition, where the newest edition has another one."""
    found: dict[str, str] = {}
    for each in reversed(editions_of(form)):
        if each.number >= number:
            found |= each.labels
    return found


def told_by_columns(form: str, columns: Collection[str]) -> int:
    """The edition of an entry that does not name it, since entries did not keep theirs yet.

    columns: those that the entry's table had when it was saved: a field that it lacked was not asked.
    """
    possible = [each for each in editions_of(form) if each.number <= before_approvals(form)]
    return max((each.number for each in possible if set(each.new_fields) <= set(columns)), default=1)
