"""How an edit check is asked and answered: hard ones refuse, soft ones want a second look with a reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from trial import protocol
from trial.refused import Refused
from trial.rules.dates.partial_date import PartialDate
from trial.rules.response.recist import IN_FORCE

Facts = Mapping[str, Any]
HARD, SOFT = "hard", "soft"
# As many letters as an explanation has for the words of its check.
MOST_LETTERS, MORE = 300, "And more."
# Sources of the checks, as the page of edit checks shows them.
CTCAE, RECIST, REGISTRY, PLAUSIBLE = protocol.CTCAE, IN_FORCE.name, protocol.REGISTRY, "Plausibility."
ONLY_PAST, ORDER = "Only past events are entered.", "Dates must be in the order of events."
DOES_NOT_APPLY = "A field that does not apply must be empty."


@dataclass(frozen=True)
class Check:
    """One rule: its id, what it says when it fails, where it comes from, and the test (True: it fails).

    field: the field of the form it is about (for a query); edition: raised when the rule changes. details: what its
    words go on with when it fails. queried: a query is raised when it fails, with its explanation as the answer;
    asked_of: the role that it is assigned to. deviation: the kind of protocol deviation that is proposed when the entry
    is saved all the same. dates: what it reads of this entry and holds against others, where it is one side of a rule
    between two dates. rows: the rows of a grid at which it fails, as typed or by the id of their lesion, each at
    `field`; at: those of the facts that it was told, None where it is about no grid.
    """

    id: str
    words: str
    source: str
    severity: str
    fails: Callable[[Facts], bool]
    field: str = ""
    edition: int = 1
    details: Callable[[Facts], str] | None = None
    queried: bool = False
    asked_of: str = "coordinator"
    deviation: str = ""
    dates: Callable[[Facts], list[Any]] | None = None
    rows: Callable[[Facts], list[Any]] | None = None
    at: tuple[Any, ...] | None = None

    def told(self, facts: Facts) -> "Check":
        """The check with the details of these facts in its words, and the rows at which it fails."""
        words = fitting(f"{self.words} {self.details(facts)}") if self.details else self.words
        return replace(self, words=words, details=None, at=tuple(self.rows(facts)) if self.rows else None)


def fitting(words: str) -> str:
    """The words as far as an explanation has room for whole sentences, with `And more.` after what is left out."""
    if len(words) <= MOST_LETTERS:
        return words
    sentences, kept = words.split(". "), ""
    for sentence in sentences:
        if len(kept) + len(sentence) + len(". ") + len(MORE) > MOST_LETTERS:
            break
        kept += f"{sentence}. "
    return kept + MORE


def at_rows(
    name: str, words: str, source: str, field: str, rows: Callable[[Facts], list[Any]], edition: int = 1
) -> Check:
    """A hard check that fails where `rows` finds any, and is said at the box `field` of each."""
    return Check(name, words, source, HARD, lambda facts: bool(rows(facts)), field, edition, rows=rows)


def of_lines(lines: str, fails: Callable[[Any], bool]) -> Callable[[Facts], list[Any]]:
    """The lines of an entry, by the name of them in the facts, that fail by themselves."""
    return lambda facts: [each for each in facts[lines] if fails(each)]


class AfterDeath(Check):
    """The date in `field` surely lies after the death; the death asks the same of it (`order_rules`)."""


class ChecksFailed(Refused):
    """One or more hard checks failed; `failures` are the checks, the reasons their words."""

    def __init__(self, failures: tuple[Check, ...]) -> None:
        beside = {check.words: (check.field, check.words) for check in failures if check.field}
        super().__init__(*(check.words for check in failures), beside=beside)
        self.failures = failures


class SecondLook(ChecksFailed):
    """Soft checks failed that nobody has acknowledged: nothing is saved until each has its reason."""


def failing(checks: tuple[Check, ...], facts: Facts) -> tuple[Check, ...]:
    """The checks that fail on these facts, in order of declaration."""
    return tuple(check.told(facts) for check in checks if check.fails(facts))


def settle(checks: tuple[Check, ...], facts: Facts, acknowledged: Mapping[str, str] | None) -> tuple[Check, ...]:
    """The soft checks that fail on these facts, once nothing stands in the way of saving.

    acknowledged: check id → reason, as given on a page; None where nobody sits in front of it (an import, the system):
    the soft failures are then kept as not looked at. Raises ChecksFailed for a hard check, SecondLook for a soft one
    without a reason.
    """
    found = failing(checks, facts)
    hard = tuple(check for check in found if check.severity == HARD)
    if hard:
        raise ChecksFailed(hard)
    stop_unexplained(found, acknowledged)
    return found


def stop_unexplained(soft: tuple[Check, ...], acknowledged: Mapping[str, str] | None) -> None:
    """Raises SecondLook with the soft checks that have no reason; not where nobody sits in front of it (None)."""
    open_ones = tuple(check for check in soft if acknowledged is not None
                      and not acknowledged.get(check.id, "").strip())  # fmt: skip
    if open_ones:
        raise SecondLook(open_ones)


def after_death_check(name: str, words: str, field: str) -> AfterDeath:
    """A date that must not lie after the death, declared for both sides."""
    return AfterDeath(
        name, words, ORDER, HARD, lambda facts: surely_before(facts["died_on"], facts[field]), field
    )  # fmt: skip


When = date | PartialDate | None


def earliest(when: When) -> date | None:
    """The first day that a full or partial date can mean."""
    return when.earliest() if isinstance(when, PartialDate) else when


def latest(when: When) -> date | None:
    """The last day that a full or partial date can mean."""
    return when.latest() if isinstance(when, PartialDate) else when


def surely_before(one: When, other: When) -> bool:
    """Whether `one` lies before `other` however the partial dates are read; False when one is unknown."""
    last, first = latest(one), earliest(other)
    return last is not None and first is not None and last < first


def other_without_words(field: str, words: str) -> Any:
    """“Other” was chosen in `field` and `words` is empty."""
    return lambda facts: facts[field] == "other" and not facts[words].strip()


def same_day(field: str) -> Any:
    """Another entry of this form has the same day."""
    return lambda facts: any(getattr(each, field) == facts[field] for each in facts["others"])


def already_there(facts: Facts) -> bool:
    """The form exists once and is on record."""
    return bool(facts["others"])
