"""Clocks as lines of a page: the event, the rule, what is next and until when, what was sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from capture.expedited import wording
from capture.expedited.clocks import EventClock, clocks_of
from trial.models import Participant
from trial.protocol import form_versions
from trial.record import versions_in_force
from trial.record.site_clock import zone_of
from trial.rules.safety import expedited_reports

MOST_SHOWN = 300
OPEN = "open"


@dataclass(frozen=True)
class DutyLine:
    """One thing to send, in words."""

    kind: str
    due: str
    state: str
    mark: str


@dataclass(frozen=True)
class Line:
    """One event: every word that a page says of its clock; `mark` is the status whose shape and color it takes."""

    of: EventClock
    event: str
    state: str
    mark: str
    what: str
    when: str
    rule: str
    to_answer: str
    url: str

    @property
    def duties(self) -> list[DutyLine]:
        """What the rule asks for, each with how it stands."""
        where = zone_of(self.of.participant.site)
        return [DutyLine(wording.KIND_WORDS[each.kind], wording.when_due(each, where), wording.STATE_WORDS[each.state],
                         wording.MARKS[each.state]) for each in self.of.clock.duties]  # fmt: skip

    @property
    def may_be_reported(self) -> bool:
        """Whether a report is, or may be, asked for."""
        return self.of.clock.state != expedited_reports.NOT_REQUIRED


def line(of: EventClock, now: datetime, not_asked: Collection[str] | None = None) -> Line:
    """The words of one clock. not_asked: by the edition of the form that is in force at the site; None: read here."""
    if not_asked is None:
        not_asked = not_asked_at(of.participant.site_id)
    state, where = of.clock.state, zone_of(of.participant.site)
    url = reverse("capture:entry", args=[of.participant.reference, "adverse_event", of.event.pk])
    missing, field = wording.first_missing(of.clock, not_asked)
    return Line(
        of, str(of.event), wording.STATE_WORDS[state], wording.MARKS[state],
        missing or wording.what_next(of.clock), wording.when(of.clock, now, where), wording.rule(of.clock),
        wording.to_answer(of.clock, not_asked), f"{url}#id_{field}" if field else url,
    )  # fmt: skip


def lines(participants: Sequence[Participant], now: datetime, state: str) -> list[Line]:
    """The clocks of these participants that are asked for.

    state: one of `expedited_reports.STATES`, `open`, or empty for all that need, or may need, a report.
    """
    found = [each for each in clocks_of(participants, now) if _asked(each, state)]
    not_asked = {site: not_asked_at(site) for site in {each.participant.site_id for each in found}}
    return [line(each, now, not_asked[each.participant.site_id]) for each in found]


def not_asked_at(site_id: int) -> tuple[str, ...]:
    """The fields of an adverse event that the site cannot answer: its edition of the form does not ask them."""
    return form_versions.asked_after("adverse_event", versions_in_force.in_force(site_id, "adverse_event"))


def of_participant(participant: Participant, now: datetime) -> list[Line]:
    """The clocks of one participant but for events that need no report."""
    return lines([participant], now, "")


def _asked(each: EventClock, state: str) -> bool:
    if state == OPEN:
        return each.is_open
    if state:
        return each.clock.state == state
    return each.clock.state != expedited_reports.NOT_REQUIRED
