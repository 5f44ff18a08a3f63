"""What the edit checks need to know of a participant beside the entry itself; read only when a check asks for it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from capture.course import course
from capture.lesions import readings_by_assessment
from trial import clock
from trial.models import Participant, RecordRow, Visit
from trial.partial_date import PartialDate


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
        return clock.today_at(self.participant.site)

    @property
    def now(self) -> datetime:
        """The moment at the server, in UTC."""
        return timezone.now()

    @property
    def registered_on(self) -> date | None:
        """Day of registration."""
        return self.participant.registered_on

    @property
    def consented_on(self) -> date | None:
        """Day of consent."""
        return self.participant.consented_on

    @cached_property
    def died_on(self) -> PartialDate | None:
        """The death on record, other than the one that is corrected."""
        return died_on(self.participant)

    @cached_property
    def _cycles(self) -> list[Any]:
        return list(self.participant.cycles.filter(struck_out_reason="").order_by("number").prefetch_related("periods"))

    @property
    def cycle_starts(self) -> dict[int, date]:
        """First day of each cycle by number."""
        return {each.number: each.started_on for each in self._cycles}

    @property
    def day_1(self) -> date | None:
        """First day of treatment."""
        return self._cycles[0].started_on if self._cycles else None

    @property
    def last_dose_on(self) -> date | None:
        """The last day with a dose on record."""
        days = [
            cycle.started_on + timedelta(days=period.to_day - 1)
            for cycle in self._cycles
            for period in cycle.periods.all()
            if period.dose_mg and not period.struck_out_reason
        ]
        return max(days, default=None)

    @cached_property
    def progressed_on(self) -> date | None:
        """The first progression on record, by scan or reported at follow-up."""
        scans = list(self.participant.assessments.filter(struck_out_reason="").order_by("assessed_on", "id"))
        found = [course(scans, readings_by_assessment([self.participant])).progressed_on]
        found += [
            each.progressed_on
            for each in self.participant.follow_ups.filter(struck_out_reason="", progression="radiological")
        ]
        return min((day for day in found if day is not None), default=None)

    @cached_property
    def last_alive_on(self) -> date | None:
        """The latest of dose, assessment, visit, sample and contact alive on record."""
        one = self.participant
        days = [
            *one.assessments.filter(struck_out_reason="").values_list("assessed_on", flat=True),
            *one.visits.filter(struck_out_reason="").values_list("visited_on", flat=True),
            *one.blood_pressures.filter(struck_out_reason="").values_list("measured_on", flat=True),
            *one.hormone_levels.filter(struck_out_reason="", value__isnull=False).values_list("sampled_on", flat=True),
            *one.follow_ups.filter(struck_out_reason="", alive="alive").values_list("contacted_on", flat=True),
        ]
        return max([day for day in (*days, self.last_dose_on) if day is not None], default=None)

    @property
    def has_fatal_event(self) -> bool:
        """Whether an adverse event of grade 5 is on record."""
        return self.participant.adverse_events.filter(struck_out_reason="", grade=5).exists()

    @property
    def last_weight_kg(self) -> Decimal | None:
        """The weight at the last visit before this one."""
        before = Visit.objects.filter(
            participant=self.participant, struck_out_reason="", weight_kg__isnull=False,
            visited_on__lt=self.values_given["visited_on"],
        )  # fmt: skip
        last = before.order_by("visited_on").last()
        return last.weight_kg if last else None


def died_on(participant: Participant) -> PartialDate | None:
    """The death on record of a participant."""
    found = participant.deaths.filter(struck_out_reason="").first()
    return found.died_on if found else None


def off_treatment_on(participant: Participant) -> date | None:
    """The end of treatment on record."""
    found = participant.off_treatments.filter(struck_out_reason="").first()
    return found.off_on if found else None


def responses_on(participant: Participant, before: date) -> list[date]:
    """Days of the assessments before a day whose computed response is CR or PR."""
    scans = list(participant.assessments.filter(struck_out_reason="", assessed_on__lt=before).order_by("assessed_on"))
    responses = course(scans, readings_by_assessment([participant])).responses or {}
    return [each.assessed_on for each in scans if responses.get(each.pk) in ("CR", "PR")]
