"""Rules of order between two dated facts of a participant: each is declared once and asked from both sides.

Whichever of the two facts is entered, corrected or imported is held against the standing entries with the other one.
Only what is out of order however partial dates are read fails. A date that must not lie after the death is declared by
its form (`checks.after_death_check`); the side of the death is derived from that declaration.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from capture.casebook.checks import (
    HARD,
    ORDER,
    PLAUSIBLE,
    RECIST,
    REGISTRY,
    SOFT,
    AfterDeath,
    Check,
    Facts,
    When,
    earliest,
    latest,
)
from trial import protocol
from trial.rules.dates.partial_date import PartialDate, shown

# A check names so many entries that it fails against; the rest is counted.
NAMED = 3


@dataclass(frozen=True)
class Fact:
    """A date in a form.

    only: it counts where this field has this value, or one of these; lines: it is a field of these lines below.
    derived: it is not typed but derived from the entry and the rest of the casebook (`capture.entry.facts`). key: it is
    held only against dates of entries with the same value in their own key.
    """

    form: str
    field: str
    only: tuple[str, Any] | None = None
    lines: str = ""
    called: str = ""
    derived: bool = False
    key: str = ""

    @property
    def has_line_dates(self) -> bool:
        """Whether it is a date that each of its lines has of its own."""
        return bool(self.lines)

    @property
    def values(self) -> tuple[Any, ...]:
        """The values of the field in `only` with which it counts."""
        assert self.only is not None
        return self.only[1] if isinstance(self.only[1], tuple) else (self.only[1],)

    def dates(self, entry: Mapping[str, Any]) -> list[date | PartialDate]:
        """The dates of this fact in an entry, typed or on record."""
        if self.only is not None and entry[self.only[0]] not in self.values:
            return []
        return [when for when in self._all(entry) if when is not None]

    def _all(self, entry: Mapping[str, Any]) -> list[When]:
        if self.lines:
            return [getattr(line, self.field) for line in entry[self.lines]]
        return [entry[self.field]]


@dataclass(frozen=True)
class LastDose(Fact):
    """The last day of a cycle on which a dose was taken."""

    has_line_dates = False

    def _all(self, entry: Mapping[str, Any]) -> list[When]:
        days = [each.to_day for each in entry[self.lines] if each.dose_mg > 0]
        return [entry["started_on"] + timedelta(days=max(days) - 1)] if days else []


@dataclass(frozen=True)
class Dated:
    """One date on record and what the entry that holds it is called."""

    when: date | PartialDate
    title: str
    key: Any = None

    def __str__(self) -> str:
        return f"{self.title} {self.when if isinstance(self.when, PartialDate) else shown(self.when)}"


@dataclass(frozen=True)
class Asked:
    """The check that asks rules at one of the two forms; rules that share it are one check there.

    names: its words go on with the entries that the date is out of order with. field: what a query is about, where
    that is not the date itself.
    """

    id: str
    words: str
    names: bool = False
    field: str | None = None
    edition: int = 1


@dataclass(frozen=True)
class OrderRule:
    """`earlier` must not lie after `later`; strictly: it must lie before it.

    at_earlier: None where the form of the earlier fact declares that check itself. queried: a query is raised even
    where the entry is explained. deviation: the kind of protocol deviation that is proposed when it is broken.
    """

    earlier: Fact
    later: Fact
    at_earlier: Asked | None
    at_later: Asked
    severity: str = HARD
    source: str = ORDER
    strictly: bool = False
    queried: bool = False
    deviation: str = ""

    def is_broken(self, earlier: When, later: When) -> bool:
        """Whether the two are out of order however they are read."""
        first, last = earliest(earlier), latest(later)
        if first is None or last is None:
            return False
        return last <= first if self.strictly else last < first


@dataclass(frozen=True)
class DistanceRule(OrderRule):
    """`later` must come at most so many days after `earlier`."""

    most_days: int = 0

    def is_broken(self, earlier: When, later: When) -> bool:
        """Whether the two are farther apart however they are read."""
        first, last = latest(earlier), earliest(later)
        return first is not None and last is not None and (last - first).days > self.most_days


# Facts of more than one rule.
CONSENTED, REGISTERED = Fact("registration", "consented_on"), Fact("registration", "registered_on")
CYCLE = Fact("cycle", "started_on")
VISIT, ITS_CYCLE = Fact("visit", "visited_on", key="cycle_number"), replace(CYCLE, key="number")
# No form of the casebook: `services.registration` asks it.
FINDING = Fact("finding", "found_on", called="Registration issue")
DAY_1 = Fact("cycle", "started_on", only=("number", 1), called="Day 1 of treatment")
LAST_DOSE = LastDose("cycle", "to_day", lines="periods", called="Last dose")
BASELINE, SCAN = Fact("baseline", "assessed_on"), Fact("follow_up_scan", "assessed_on")
LESION_SCAN = Fact("follow_up_scan", "scanned_on", lines="readings", called="Lesion scan")
NEW_LESION = Fact("follow_up_scan", "new_lesion_on", called="New lesion")
OFF_TREATMENT, OFF_STUDY = Fact("off_treatment", "off_on"), Fact("off_study", "off_on")
DIED = Fact("death", "died_on")
WITHDREW = Fact("withdrawal", "withdrew_on")
LEFT = replace(WITHDREW, only=("scope", ("follow_up", "all")))
PROGRESSED = Fact("follow_up", "progressed_on", only=("progression", "radiological"), called="Progression")
SCAN_OF_PROGRESSION = Fact("follow_up_scan", "progression_shown_on", called="Progression", derived=True)
CONTACT = Fact("follow_up", "contacted_on")

# Checks of more than one rule.
REGISTRATION = Asked("REG-02", "The registration date must not be after an entry that follows registration.", True)
EARLY = Asked("REG-04", "The consent date is after an entry that follows consent.", True)
ALIVE = Asked("DEATH-02", "The date of death must not be before a date on which the participant was alive.", True,
              edition=2)  # fmt: skip
OFF_01 = Asked("OFF-01", "The off-treatment date must not be before the last dose.")
DOSE_16 = Asked("DOSE-16", "The last dose must not be after the off-treatment date.", field="started_on")
DOSE_17 = Asked("DOSE-17", "Day 1 of treatment must be before every follow-up scan.", True)
DOSE_18 = Asked("DOSE-18", "Day 1 of treatment is before an entry that is expected to begin earlier.", True)
FOLL_20 = Asked("FOLL-20", "A scan that shows a lesion must not be after the date of death.")
DOSE_21 = Asked("DOSE-21", "The cycle or its last dose is after consent to treatment was withdrawn.",
                field="started_on")
VIS_03 = Asked("VIS-03", "The visit is more than 7 days from the start of its cycle.")
DOSE_24 = Asked("DOSE-24", "The start of the cycle is more than 7 days from its visit.")
DOSE_22 = Asked("DOSE-22", "The cycle starts after progression.")
WD_04 = Asked("WD-04", "The withdrawal date is before an entry that consent no longer covers.", True)
FU_11 = Asked("FU-11", "Progression, disease assessment and new therapy must not be after the date of death.")

CONSENT = "The scope of the withdrawal decides what consent still covers."
# What consent no longer covers after withdrawal from follow-up: form, date, check there, what it is called.
COVERED = (
    ("baseline", "assessed_on", "BASE-12", "baseline assessment"),
    ("follow_up_scan", "assessed_on", "FOLL-24", "follow-up assessment"),
    ("visit", "visited_on", "VIS-10", "visit"),
    ("visit", "sampled_on", "VIS-14", "sample"),
    ("blood_pressure", "measured_on", "BP-04", "measurement"),
    ("hormone", "sampled_on", "HORM-08", "sample"),
    ("adverse_event", "onset_on", "AE-21", "onset of the event"),
    ("medication", "started_on", "MED-05", "start of the medication"),
    ("follow_up", "contacted_on", "FU-12", "contact"),
)
# What is expected after consent and may come before registration.
AFTER_CONSENT = (
    ("baseline", "assessed_on", "BASE-13", "baseline assessment"),
    ("visit", "visited_on", "VIS-11", "visit"),
    ("visit", "sampled_on", "VIS-15", "sample"),
    ("blood_pressure", "measured_on", "BP-05", "measurement"),
    ("hormone", "sampled_on", "HORM-09", "sample"),
)
# Where the title of the form would name another day.
CALLED = {("visit", "sampled_on"): "Sample of a visit"}


def _of(form: str, field: str) -> Fact:
    return Fact(form, field, called=CALLED.get((form, field), ""))


RULES: tuple[OrderRule, ...] = (
    OrderRule(CONSENTED, REGISTERED, *[Asked("REG-01", "The consent date must not be after registration.")] * 2),
    OrderRule(CONSENTED, Fact("withdrawal", "withdrew_on"),
              Asked("REG-03", "The consent date must not be after its withdrawal."),
              Asked("WD-01", "The withdrawal date must not be before consent.")),
    OrderRule(CONSENTED, Fact("deviation", "happened_on"), EARLY, Asked("DEV-01", "The deviation is before consent."),
              SOFT, PLAUSIBLE),
    OrderRule(CONSENTED, Fact("adverse_event", "onset_on", only=("present_at_baseline", False)), EARLY,
              Asked("AE-08", "The onset date is before the consent date and “Present at baseline” is not ticked.",
                    field="present_at_baseline"), SOFT, "Treatment-emergent events count."),
    OrderRule(REGISTERED, CYCLE, REGISTRATION, Asked("DOSE-01", "The cycle must not start before registration.")),
    OrderRule(REGISTERED, OFF_TREATMENT, REGISTRATION,
              Asked("OFF-02", "The off-treatment date must not be before registration.")),
    OrderRule(REGISTERED, CONTACT, REGISTRATION, Asked("FU-05", "The contact date must not be before registration.")),
    OrderRule(REGISTERED, DIED, REGISTRATION, Asked("DEATH-01", "The date of death must not be before registration.")),
    OrderRule(REGISTERED, OFF_STUDY, REGISTRATION,
              Asked("OFS-01", "The off-study date must not be before registration.")),
    OrderRule(BASELINE, DAY_1, Asked("BASE-01", "The baseline assessment is after day 1 of treatment.", edition=2),
              Asked("DOSE-14", "Day 1 of treatment is before the baseline assessment."), SOFT,
              "Baseline precedes treatment.", deviation="assessment"),
    OrderRule(BASELINE, SCAN, Asked("BASE-11", "The baseline assessment must be before every follow-up scan.", True),
              Asked("FOLL-21", "The follow-up assessment must be after the baseline assessment."), HARD, RECIST, True),
    OrderRule(DAY_1, SCAN, DOSE_17, Asked("FOLL-01", "The follow-up assessment must be after day 1 of treatment."),
              HARD, RECIST, True),
    OrderRule(DAY_1, LESION_SCAN, DOSE_17,
              Asked("FOLL-18", "The lesion scan date must be after day 1 of treatment."), HARD, RECIST, True),
    OrderRule(CYCLE, OFF_TREATMENT, Asked("DOSE-13", "The cycle must not start after the off-treatment date."),
              Asked("OFF-07", "The off-treatment date must not be before the start of a cycle.", True)),
    OrderRule(LAST_DOSE, OFF_TREATMENT, DOSE_16, OFF_01),
    OrderRule(Fact("history", "began_on"), DAY_1, Asked("HIST-01", "The start date is after day 1 of treatment."),
              DOSE_18, SOFT, PLAUSIBLE),
    OrderRule(Fact("prior_therapy", "started_on"), DAY_1,
              Asked("PRIOR-08", "The start date is after day 1 of treatment."), DOSE_18, SOFT, PLAUSIBLE),
    OrderRule(Fact("medication", "started_on", only=("kind", "somatostatin_analogue")), DAY_1,
              Asked("MED-02", "A somatostatin analog was started after day 1 of treatment."), DOSE_18, SOFT,
              "Somatostatin analogs confound hormones."),
    OrderRule(LAST_DOSE, DIED, Asked("DOSE-15", "The last dose must not be after the date of death.",
                                     field="started_on"), ALIVE),
    OrderRule(LESION_SCAN, DIED, FOLL_20, ALIVE),
    OrderRule(NEW_LESION, DIED, FOLL_20, ALIVE),
    OrderRule(replace(CONTACT, only=("alive", "alive")), DIED,
              Asked("FU-03", "A contact with the participant alive must not be after the date of death.",
                    field="alive"), ALIVE),
    *(OrderRule(Fact("follow_up", field), DIED, FU_11, ALIVE)
      for field in ("progressed_on", "disease_assessed_on", "new_therapy_on")),
    *(OrderRule(CONSENTED, _of(form, field), EARLY, Asked(name, f"The {words} is before consent."), SOFT, PLAUSIBLE)
      for form, field, name, words in AFTER_CONSENT),
    OrderRule(REGISTERED, FINDING, REGISTRATION,
              Asked("FIND-01", "The registration issue must not be before registration.")),
    DistanceRule(BASELINE, DAY_1,
                 Asked("BASE-02", "The baseline assessment is more than 28 days before day 1 of treatment."),
                 Asked("DOSE-25", "Day 1 of treatment is more than 28 days after the baseline assessment."),
                 SOFT, RECIST, deviation="assessment", most_days=protocol.constant("baseline_window_days")),
    *(DistanceRule(*facts, *asked, SOFT, "Visit at cycle start.", most_days=protocol.constant("cycle_window_days"))
      for facts, asked in (((ITS_CYCLE, VISIT), (DOSE_24, VIS_03)), ((VISIT, ITS_CYCLE), (VIS_03, DOSE_24)))),
    *(OrderRule(fact, WITHDREW, DOSE_21, WD_04, SOFT, CONSENT, queried=True) for fact in (CYCLE, LAST_DOSE)),
    *(OrderRule(_of(form, field), LEFT, Asked(name, f"The {words} is after consent was withdrawn."), WD_04, SOFT,
                CONSENT, queried=True)
      for form, field, name, words in COVERED),
    OrderRule(CYCLE, PROGRESSED, DOSE_22, Asked("FU-13", "The progression date is before the start of a cycle.", True),
              SOFT, REGISTRY),
    OrderRule(CYCLE, SCAN_OF_PROGRESSION, DOSE_22,
              Asked("FOLL-23", "The assessment shows progression, and a cycle starts later.", True,
                    field="assessed_on"), SOFT, REGISTRY),
    OrderRule(OFF_STUDY, DIED, Asked("OFS-05", "The off-study date is after the date of death."),
              Asked("DEATH-06", "The date of death is before the off-study date."), SOFT),
)  # fmt: skip


def rules_of(forms: Sequence[Any]) -> tuple[OrderRule, ...]:
    """Every rule: those above, and one for each date that a form declares not to lie after the death."""
    return RULES + tuple(
        OrderRule(_of(form.kind, check.field), DIED, None, ALIVE)
        for form in forms for check in form.checks if isinstance(check, AfterDeath)
    )  # fmt: skip


@dataclass(frozen=True)
class _Side:
    """A rule as one of its two forms asks it."""

    rule: OrderRule
    asked: Asked
    own: Fact
    other: Fact

    def against(self, facts: Facts) -> list[Dated]:
        """What is on record out of order with the dates that are typed."""
        typed = self.own.dates(facts)
        if not typed:
            return []
        others: list[Dated] = list(facts["on_record"][self.other])
        if self.other.form == self.own.form:
            others += [Dated(when, "This entry:") for when in self.other.dates(facts)]
        key = facts[self.own.key] if self.own.key else None
        return [other for other in others if other.key == key and any(self._broken(when, other.when) for when in typed)]

    def lines(self, facts: Facts) -> list[Any]:
        """The typed lines whose own date is out of order with what is on record."""
        found = facts[self.own.lines] if self.own.has_line_dates else []
        others = facts["on_record"][self.other] if found else []
        return [line for line in found if (when := getattr(line, self.own.field)) is not None
                and any(self._broken(when, other.when) for other in others)]  # fmt: skip

    def _broken(self, typed: When, other: When) -> bool:
        in_order = (typed, other) if self.own == self.rule.earlier else (other, typed)
        return self.rule.is_broken(*in_order)


def facts_beside(kind: str, rules: Sequence[OrderRule]) -> list[Fact]:
    """What the checks of this form hold its own dates against."""
    return [rule.later for rule in rules if rule.earlier.form == kind] + [
        rule.earlier for rule in rules if rule.later.form == kind]  # fmt: skip


def checks_at(kind: str, rules: Sequence[OrderRule]) -> tuple[Check, ...]:
    """The checks by which the form asks the rules between its dates and those of other forms."""
    sides = [_Side(rule, rule.at_later, rule.later, rule.earlier) for rule in rules if rule.later.form == kind]
    sides += [
        _Side(rule, rule.at_earlier, rule.earlier, rule.later)
        for rule in rules
        if rule.earlier.form == kind and rule.at_earlier not in (None, rule.at_later)
    ]
    sides.sort(key=lambda side: side.asked.id)
    return tuple(_check(list(same)) for _, same in groupby(sides, key=lambda side: side.asked))


def _check(sides: Sequence[_Side]) -> Check:
    asked, rule, own = sides[0].asked, sides[0].rule, sides[0].own
    against = _against(sides)
    field = own.field if asked.field is None else asked.field
    return Check(
        asked.id, asked.words, rule.source, rule.severity, lambda facts: bool(against(facts)), field, asked.edition,
        (lambda facts: in_words(against(facts))) if asked.names else None, rule.queried, deviation=rule.deviation,
        dates=lambda facts: [side.own.dates(facts) for side in sides],
        rows=(lambda facts: [line for side in sides for line in side.lines(facts)]) if own.has_line_dates else None,
    )  # fmt: skip


def _against(sides: Sequence[_Side]) -> Callable[[Facts], list[Dated]]:
    return lambda facts: [dated for side in sides for dated in side.against(facts)]


def in_words(others: Sequence[Dated]) -> str:
    """“Entered: Cycle 12-JAN-2026, Visit 14-JAN-2026.”"""
    names = sorted({str(other) for other in others})
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"Entered: {', '.join(names[:NAMED])}{more}."
