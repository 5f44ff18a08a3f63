"""What waits for a person in the conduct of the study, for “My work”."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q
from django.urls import reverse

from capture.conduct import black_outs as asking_black_outs
from capture.conduct import query_list, signing, verification
from trial import access, delegation, partial_date
from trial.models import Participant, Person, Query, Redaction, Role, Signature


@dataclass(frozen=True)
class Waiting:
    """One thing: about whom, what, since when in words, a status of the schedule as its urgency, and where."""

    participant: Participant
    what: str
    when: str
    status: str
    url: str


OLD_DAYS = 14


def black_outs(person: Person) -> list[Waiting]:
    """Black-outs that the chair is to decide; who may ask sees those of the own sites. What is to go is not said."""
    if person.role not in (*access.DECIDES, *asking_black_outs.MAY_ASK):
        return []
    return [
        Waiting(each.participant, f"{asking_black_outs.where(each)}: {each.asked_because}", "black-out", "due",
                reverse("capture:black_out_asked", args=[each.pk]))
        for each in asking_black_outs.of(person).filter(state=Redaction.State.ASKED)
    ]  # fmt: skip


def queries(person: Person, now: datetime) -> list[Waiting]:
    """Queries for the site to answer, or for the monitor to close; the oldest first."""
    rows = query_list.found(person, query_list.Filter(), now) if query_list.waiting_for(person) else None
    return [] if rows is None else [_query(each) for each in query_list.listed(rows, now)]


def _query(each: query_list.Listed) -> Waiting:
    what = f"{': '.join(filter(None, (each.place.title, each.field)))}. {each.query.words}"
    when = f"{each.age_days} day{'' if each.age_days == 1 else 's'} old"
    status = "overdue" if each.age_days >= OLD_DAYS else "due"
    return Waiting(each.query.participant, what, when, status, reverse("capture:query", args=[each.query.pk]))


def signatures(person: Person, participants: Sequence[Participant], pending: Collection[int],
               today: Callable[[int], date]) -> list[Waiting]:  # fmt: skip
    """Casebooks that a delegated investigator is asked to sign, in five queries however many.

    Asked for the first time when treatment is over and nothing is open: no query waits for the site and no value is
    pending (`pending`: ids of participants with one). Asked for again when what was signed has changed.
    today: site id → the day there.
    """
    if person.role != Role.INVESTIGATOR:
        return []
    sites = delegation.sites_signed_for(person, today)
    own = [each for each in participants if each.is_registered and each.site_id in sites]
    if not own:
        return []
    states = signing.states(own)
    ready = _over([each for each in own if states[each.pk] == signing.UNSIGNED]) - _asked(own) - set(pending)
    signed = _signed_on([each for each in own if states[each.pk] == signing.CHANGED])
    return [
        *(_signature(each, "Sign the casebook", "treatment is over, nothing is open", "due")
          for each in own if each.pk in ready),
        *(_signature(each, "Sign what changed", f"changed since it was signed on {partial_date.shown(signed[each.pk])}",
                     "incomplete") for each in own if each.pk in signed),
    ]  # fmt: skip


def _signature(participant: Participant, what: str, when: str, status: str) -> Waiting:
    return Waiting(participant, what, when, status, reverse("capture:signature", args=[participant.reference]))


def _over(participants: Sequence[Participant]) -> set[int]:
    """Ids of those whose treatment is over by the record."""
    over = Q(off_treatments__struck_out_reason="") | Q(off_studies__struck_out_reason="")
    found = Participant.objects.filter(over, pk__in=[each.pk for each in participants])
    return set(found.values_list("pk", flat=True))


def _asked(participants: Sequence[Participant]) -> set[int]:
    """Ids of those about whom a query waits for the site."""
    waits = (Query.State.OPEN, Query.State.REOPENED)
    rows = Query.objects.filter(participant__in=participants, state__in=waits, struck_out_reason="")
    return set(rows.values_list("participant", flat=True))


def _signed_on(participants: Sequence[Participant]) -> dict[int, date]:
    rows = Signature.objects.filter(participant__in=participants, struck_out_reason="")
    newest = rows.order_by().values_list("participant").annotate(at=Max("signed_at"))
    return {key: at.date() for key, at in newest}


def to_verify_again(person: Person, participants: Sequence[Participant]) -> list[Waiting]:
    """Entries whose value changed after the monitor had compared them with the source; one line per participant."""
    if person.role != Role.MONITOR:
        return []
    counts = verification.changed_entries(participants)
    return [_again(each, counts[each.pk]) for each in participants if each.pk in counts]


def _again(participant: Participant, count: int) -> Waiting:
    what = f"{count} entr{'y' if count == 1 else 'ies'} to compare with the source again"
    return Waiting(participant, what, "changed since", "incomplete",
                   reverse("capture:verification", args=[participant.reference]))  # fmt: skip
