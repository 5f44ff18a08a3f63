"""Screenings that wait for their site: ready to register, refused a waiver, or left open. A fixed number of queries,
and two for each approved waiver."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Min
from django.urls import reverse

from capture.entry.services import registration
from capture.entry.services.registration import Answer
from trial.models import Change, EligibilityAnswer, Participant, ScreenFailure, Waiver


@dataclass(frozen=True)
class Screening:
    """One open screening: what the site can do in words, how many days it has been open, and where; act: its button."""

    participant: Participant
    what: str
    days: int
    url: str
    act: str


def waiting(participants: Sequence[Participant], today: Callable[[int], date]) -> list[Screening]:
    """Of those who are screened only and whose screening has not ended; who waits for the chair is left out.

    today: site id → the day there.
    """
    failed = set(ScreenFailure.objects.standing().filter(participant__in=participants).values_list(
        "participant", flat=True))  # fmt: skip
    open_ones = [each for each in participants if not each.is_registered and each.pk not in failed]
    answers: dict[int, dict[str, Answer]] = defaultdict(dict)
    for row in EligibilityAnswer.objects.standing().filter(participant__in=open_ones):
        answers[row.participant_id][row.item] = Answer(row.met, row.value, row.measured_on)
    rows = Waiver.objects.standing().filter(participant__in=open_ones).order_by("id")
    newest = {row.participant_id: row for row in rows}
    begun = dict(Change.objects.filter(participant__in=open_ones).order_by().values_list("participant").annotate(
        at=Min("at")))  # fmt: skip
    return [
        _screening(each, answers[each.pk], newest.get(each.pk), (today(each.site_id) - begun[each.pk].date()).days)
        for each in open_ones if each.pk not in newest or newest[each.pk].decision != Waiver.Decision.OPEN
    ]  # fmt: skip


def _screening(participant: Participant, answers: dict[str, Answer], waiver: Waiver | None, days: int) -> Screening:
    decided = waiver.decision if waiver is not None else ""
    if decided == Waiver.Decision.APPROVED:
        against = registration.standing_against(participant)
    else:
        against = registration.against(registration.details_of(participant), answers, None)
    if not against:
        words = "Ready to register (waiver approved)" if decided == Waiver.Decision.APPROVED else "Ready to register"
        return Screening(participant, words, days, _page("register_screened", participant), "Register")
    if waiver is not None and decided == Waiver.Decision.REFUSED:
        words = f"Waiver refused: {waiver.decided_because}"
        return Screening(participant, words, days, _page("participant", participant), "Open")
    return Screening(participant, "Continue screening", days, _page("correct", participant), "Continue")


def _page(name: str, participant: Participant) -> str:
    return reverse(f"capture:{name}", args=[participant.reference])
