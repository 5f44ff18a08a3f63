"""What the edit checks need to know of a participant beside the entry itself; read only when a check asks for it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from capture.casebook import registry
from capture.casebook.forms.assessment_checks import confirms
from capture.casebook.order_rules import FINDING, Dated, Fact
from capture.entry import live_response
from capture.entry.services import laboratories
from trial.models import (
    Assessment,
    Cycle,
    Death,
    OffTreatment,
    Participant,
    RecordRow,
    Visit,
)
from trial.record import site_clock
from trial.record.in_force import evaluation_of
from trial.record.rows import is_read, standing
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation.evaluated import Evaluation
from trial.rules.response import confirmation
from trial.rules.safety.reference_ranges import ReferenceRange


class StandingEntry(Mapping[str, Any]):
    """An entry on record by the names of its fields; the lines below it, those that stand, by their related name.

    derived: name → what follows from the entry and the rest of the casebook.
    """

    def __init__(self, row: Any, derived: Mapping[str, Callable[[Any], Any]]) -> None:
        self.row, self.derived = row, derived

    def __getitem__(self, name: str) -> Any:
        value = self.derived[name](self.row) if name in self.derived else getattr(self.row, name)
        return _lines(self.row, value) if hasattr(value, "standing") else value

    def __iter__(self) -> Iterator[str]:
        return (field.name for field in self.row._meta.fields)

    def __len__(self) -> int:
        return len(self.row._meta.fields)


def _lines(row: Any, lines: Any) -> list[Any]:
    """The standing lines of an entry, of those at hand where they were read for the whole participant."""
    if not is_read(row.participant, lines.model):
        return list(lines.standing())
    above = lines.field.attname
    return [each for each in standing(row.participant, lines.model) if getattr(each, above) == row.pk]


class OnRecord:
    """The dates of a fact in the standing entries of a participant; read only when a rule asks for them."""

    def __init__(self, participant: Participant, corrected: Any = None) -> None:
        """corrected: the row whose new values are typed; it is left out."""
        self.participant, self.corrected = participant, corrected
        self._entries: dict[str, list[StandingEntry]] = {}
        self._derived = {"progression_shown_on": self._progression_shown_on}

    def __getitem__(self, fact: Fact) -> list[Dated]:
        title = fact.called or registry.FORMS[fact.form].title
        return [
            Dated(when, title, entry[fact.key] if fact.key else None)
            for entry in self._of(fact.form) for when in fact.dates(entry)
        ]  # fmt: skip

    @property
    def before(self) -> StandingEntry | None:
        """The corrected entry as it is on record; None for a first entry."""
        return StandingEntry(self.corrected, self._derived) if self.corrected is not None else None

    def _of(self, kind: str) -> list[StandingEntry]:
        if kind == FINDING.form:
            return [StandingEntry(row, {}) for row in self.participant.findings.standing()]
        if kind not in self._entries:
            form = registry.FORMS[kind]
            # The participant at hand may be newer than the row: it is corrected inside the same save.
            rows = [self.participant] if form.model is Participant else form.standing(self.participant)
            self._entries[kind] = [StandingEntry(row, self._derived) for row in rows if row != self.corrected]
        return self._entries[kind]

    @cached_property
    def _evaluation(self) -> Evaluation | None:
        return evaluation_of(self.participant)

    def _progression_shown_on(self, scan: Assessment) -> date | None:
        """The day of the progression that a follow-up on record shows."""
        found = self._evaluation.outcomes.get(scan.pk) if self._evaluation else None
        return live_response.progression_on(found)


class ParticipantFacts(Mapping[str, Any]):
    """The values of an entry, and by the names of its properties what else is on record of the participant."""

    def __init__(self, participant: Participant, values: Mapping[str, Any], others: list[RecordRow]) -> None:
        """others: the standing entries of the same form but for the one that is corrected."""
        self.participant, self.values_given, self.others = participant, values, others

    def __getitem__(self, name: str) -> Any:
        return self.values_given[name] if name in self.values_given else getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_given)

    def __len__(self) -> int:
        return len(self.values_given)

    @property
    def continues(self) -> None:
        """An adverse event that names none continues no other."""
        return None

    # An event from before these were asked for answers none of them; `corrected` is the row that is corrected.
    hospital_stay, aware_on, aware_time, aware_offset = "", None, None, "UTC"
    corrected: Any = None

    @property
    def today(self) -> date:
        """The day at the participant's site."""
        return site_clock.today_at(self.participant.site)

    @property
    def now(self) -> datetime:
        """The moment at the server, in UTC."""
        return timezone.now()

    @cached_property
    def on_record(self) -> OnRecord:
        """The dates in the other entries on record."""
        return OnRecord(self.participant, self.corrected)

    @cached_property
    def died_on(self) -> PartialDate | None:
        """The death on record, other than the one that is corrected."""
        return died_on(self.participant)

    @cached_property
    def day_1(self) -> date | None:
        """First day of treatment."""
        return day_1(self.participant)

    @cached_property
    def _evaluation(self) -> Evaluation | None:
        """What the endpoints read of the participant and derive; None before registration."""
        return evaluation_of(self.participant)

    @property
    def progressed_on(self) -> date | None:
        """The first progression on record, by scan or reported at follow-up."""
        return self._evaluation.progressed_on if self._evaluation else None

    @property
    def has_fatal_event(self) -> bool:
        """Whether an adverse event of grade 5 is on record."""
        return self.participant.adverse_events.standing().filter(grade=5).exists()

    @cached_property
    def laboratories(self) -> list[str]:
        """The laboratories of the site."""
        return laboratories.names_at(self.participant)

    @cached_property
    def laboratory_limits(self) -> Mapping[str, ReferenceRange]:
        """Analyte → the limits of the laboratory of this visit on the day of its sample."""
        given = self.values_given
        return laboratories.limits_at(
            self.participant, given["laboratory_name"], given["sampled_on"] or given["visited_on"]
        )

    @property
    def last_weight_kg(self) -> Decimal | None:
        """The weight at the last visit before this one."""
        before = [each for each in standing(self.participant, Visit)
                  if each.weight_kg is not None and each.visited_on < self.values_given["visited_on"]]  # fmt: skip
        return max(before, key=lambda each: (each.visited_on, each.pk)).weight_kg if before else None


def died_on(participant: Participant) -> PartialDate | None:
    """The death on record of a participant."""
    found = standing(participant, Death)
    return found[0].died_on if found else None


def off_treatment_on(participant: Participant) -> date | None:
    """The end of treatment on record."""
    found = standing(participant, OffTreatment)
    return found[0].off_on if found else None


def day_1(participant: Participant) -> date | None:
    """The actual first day of treatment."""
    found = standing(participant, Cycle)
    return min(found, key=lambda each: each.number).started_on if found else None


def regular_scans_on(participant: Participant, started_on: date, corrected: Cycle | None) -> list[date]:
    """Days of the follow-ups that confirm no response; none unless day 1, which they are counted from, is corrected."""
    found = evaluation_of(participant) if corrected and corrected.number == 1 else None
    if found is None or corrected is None or corrected.started_on == started_on:
        return []
    scans = {each.id: each.assessed_on for each in found.facts.assessments if each.kind != "baseline"}
    confirming = {
        each.assessment_id for each in found.assessed for first in found.assessed
        if first.overall in confirmation.RESPONSES
        and confirms(first.assessed_on, scans[each.assessment_id], found.settings.confirmation_days)
    }  # fmt: skip
    return [on for scan, on in scans.items() if scan not in confirming]
