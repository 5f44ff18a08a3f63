"""The daily mail of what is due: numbers of participants and instants, never a word about an event or a person.

At most one mail a day and person, the first time that day that something is due at their sites; nothing otherwise.
What could not be sent is tried again within the hour. How it went stands on the Status page.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from capture.expedited import wording
from capture.expedited.clocks import EventClock, clocks_of
from trial.accounts import outgoing_mail
from trial.models import Participant, Person, Role, operations
from trial.record import access
from trial.record.site_clock import NOWHERE, zone_of
from trial.rules.dates import site_time
from trial.rules.safety import expedited_reports

READERS = (*access.ENTERS, Role.MONITOR, Role.CHAIR)
COUNTED = ((expedited_reports.OVERDUE, "overdue"), (expedited_reports.DUE, "due"),
           (expedited_reports.UNDETERMINED, "awaiting an answer"))  # fmt: skip
SENT, FAILED, NO_ADDRESS, ALREADY, NOTHING = "sent", "failed", "no address", "already", "nothing"


def send(now: datetime) -> Counter[str]:
    """Writes to everybody who has something due and has not been written to today; counts what became of it."""
    waiting = [each for each in clocks_of(list(Participant.objects.select_related("site")), now) if each.is_open]
    found: Counter[str] = Counter()
    if waiting:
        people = Person.objects.filter(is_active=True, role__in=READERS).order_by("id")
        found.update(_write_to(person, _own(person, waiting), now) for person in people)
    _note(found, bool(waiting))
    return found


def _own(person: Person, waiting: Sequence[EventClock]) -> list[EventClock]:
    sites = set(access.sites_for(person).values_list("pk", flat=True))
    return [each for each in waiting if each.participant.site_id in sites]


def _write_to(person: Person, own: Sequence[EventClock], now: datetime) -> str:
    """Sent and noted in one step under the person's row, so that two workers send one mail."""
    if not own:
        return NOTHING
    if not person.mail_address:
        return NO_ADDRESS
    with transaction.atomic():
        # Without the key: the person's own saves go on meanwhile.
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if row.digest_on == now.date():
            return ALREADY
        if not outgoing_mail.send(_mail(row, own, now), "a reminder email"):
            return FAILED
        row.digest_on = now.date()
        row.save(update_fields=["digest_on"])
    return SENT


def _mail(person: Person, own: Sequence[EventClock], now: datetime) -> EmailMessage:
    return EmailMessage(f"Expedited reports: {counts(own)}", text(own, now), to=[person.mail_address])


def counts(own: Sequence[EventClock]) -> str:
    """`1 overdue, 2 due`."""
    by_state = Counter(each.clock.state for each in own)
    return ", ".join(f"{by_state[state]} {word}" for state, word in COUNTED if by_state[state])


def text(own: Sequence[EventClock], now: datetime) -> str:
    """The whole mail: one line per report, the most urgent first, and where to see it."""
    lines = [f"{each.participant.reference} ({each.participant.site.code}): {_line(each, now)}" for each in own]
    page = f"{settings.PUBLIC_ADDRESS}{reverse('capture:expedited')}"
    return "\n".join([
        f"Expedited reports, {site_time.shown(now, NOWHERE)}: {counts(own)}.", "", *lines, "",
        f"Details after signing in: {page}",
        "This email contains no event details. Do not add any when you forward or answer it.", "",
    ])  # fmt: skip


def _line(each: EventClock, now: datetime) -> str:
    return f"{wording.what_next(each.clock).lower()}, {wording.when(each.clock, now, zone_of(each.participant.site))}"


def _note(found: Counter[str], waits: bool) -> None:
    said = []
    if not waits:
        said.append("nothing is due, no email sent")
    if found[SENT] or found[ALREADY]:
        told = "sent" if settings.MAIL_IS_SENT else "written"
        said.append(f"{found[SENT] + found[ALREADY]} emails {told} today")
    if found[FAILED]:
        said.append(f"{found[FAILED]} emails failed and will be sent again within the hour")
    if found[NO_ADDRESS]:
        said.append(f"{found[NO_ADDRESS]} users with reports due have no email address")
    if not settings.MAIL_IS_SENT:
        said.append("no mail server is set (ENDPOINT_MAIL_URL): no email is sent")
    operations.note("digest", settings.MAIL_IS_SENT and not found[FAILED], "; ".join(said))
    if settings.MAIL_IS_SENT and found[SENT]:
        operations.note("mail", True, f"{found[SENT]} emails sent")
