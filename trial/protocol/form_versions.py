"""What an edition of a form of the casebook is, and what follows from those that the forms declare. PURE.

A further edition is one more line with its form: what it asks that the one before did not, the labels that the one
before had and it has not, and since when. An older edition asks all but what came later. A field of a later edition is
empty, without a reason, in the entries of an older one, and the database must let it be. What a laboratory list offers
beside what is always asked is no part of an edition: nobody is asked for it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

AS_REGISTERED = "protocol as registered"


@dataclass(frozen=True)
class Edition:
    """One edition of one form.

    changed: what is different, in words. protocol, since: by which protocol or guidance, and the day on which this
    program had it. new_fields: asked from this edition on (a value and the reason why it is missing are two fields).
    labels: field → what this edition calls it, if the next one calls it otherwise. before_approvals: every site used
    it before entries kept their edition and sites their approvals, like each first one; never set for a later one.
    helps: field → what this edition says is typed there, if the next one says otherwise.
    """

    number: int
    changed: str
    protocol: str
    since: date
    new_fields: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    before_approvals: bool = False
    helps: Mapping[str, str] = field(default_factory=dict)


FIRST_DAY = date(2026, 11, 24)
FIRST = Edition(1, "First edition.", AS_REGISTERED, FIRST_DAY)

# Form → its editions. `capture` declares them with its forms and hands them over when it is ready (`declare`): this
# package may not import it, and what the database and the commands ask of editions lies below the pages.
_DECLARED: dict[str, tuple[Edition, ...]] = {}


def declare(editions: Mapping[str, tuple[Edition, ...]]) -> None:
    """Takes over the editions of all forms, the oldest first."""
    _DECLARED.clear()
    _DECLARED.update(editions)


def forms() -> tuple[str, ...]:
    """The kinds of the forms that have editions: all of the casebook."""
    return tuple(_DECLARED)


def editions_of(form: str) -> tuple[Edition, ...]:
    """The editions of a form, the oldest first; empty for what is no form of the casebook."""
    return _DECLARED.get(form, ())


def newest(form: str) -> int:
    """The number of the newest edition that is declared."""
    return editions_of(form)[-1].number


def before_approvals(form: str) -> int:
    """The edition that every site used before approvals were kept."""
    return max((edition.number for edition in editions_of(form) if edition.before_approvals), default=1)


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
    return _said(form, number, lambda edition: edition.labels)


def helps(form: str, number: int) -> dict[str, str]:
    """Field → help of this edition, where the newest edition has another one."""
    return _said(form, number, lambda edition: edition.helps)


def _said(form: str, number: int, words: Callable[[Edition], Mapping[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in reversed(editions_of(form)):
        if each.number >= number:
            found |= words(each)
    return found


def told_by_columns(form: str, columns: Collection[str]) -> int:
    """The edition of an entry that does not name it, since entries did not keep theirs yet.

    columns: those that the entry's table had when it was saved: a field that it lacked was not asked.
    """
    possible = [each for each in editions_of(form) if each.number <= before_approvals(form)]
    return max((each.number for each in possible if set(each.new_fields) <= set(columns)), default=1)
