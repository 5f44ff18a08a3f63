"""Signing in was closed after wrong passwords: on the trail, on the Status page, and by mail to the administrators.

At most one mail in a quarter of an hour, however many doors somebody tries: the list of sign-ins holds them all. A name
that is no account's may be a password typed in the wrong box, so it is neither kept nor sent.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from axes.signals import user_locked_out
from django.conf import settings
from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.urls import reverse

from trial.models import Change, Person, Role, operations
from trial.record import changes
from trial.refused import Refused

log = logging.getLogger(__name__)
NAME = "lockout"
QUIET = timedelta(minutes=15)


@receiver(user_locked_out)
def tell(sender: Any, username: str = "", ip_address: str | None = None, **_: Any) -> None:
    """Notes it and asks the worker to write; nobody at the door waits for a mail server."""
    from trial.celery import celery_app

    known = Person.objects.filter(username=username[:60]).values_list("username", flat=True).first()
    if known:
        _put_on_record(f"signing in closed for a while after wrong passwords: {known}")
    whose = f"the account {known}" if known else "a name that is no account"
    before = operations.notes().get(NAME)
    if before is not None and datetime.now(UTC) - before.at < QUIET:
        return
    words = f"closed for a while after wrong passwords for {whose}, from {ip_address or 'an unknown address'}"
    operations.note(NAME, False, words)
    try:
        celery_app.send_task("trial.tell_of_lockout", args=[words], retry=False)
    except Exception:  # whatever a broker raises: the Status page says it all the same
        log.exception("nobody was told of a lockout")


def _put_on_record(words: str) -> None:
    """A Change of the system, once in a quarter of an hour for an account: nobody fills the trail by knocking."""
    since = datetime.now(UTC) - QUIET
    if Change.objects.filter(act="account", person=None, reason=words, at__gt=since).exists():
        return
    try:
        with changes.record(None, "account", words):
            pass
    except Refused:
        log.warning("a lockout is not on the trail, since the record was busy; it is in the list of sign-ins")


def write(words: str) -> int:
    """One mail to each administrator in office who has an address; how many were written."""
    to = Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(mail_address="")
    text = (f"Signing in was {words}.\n\nIt opens again by itself. Who came when, from where and with what result: "
            f"{settings.PUBLIC_ADDRESS}{reverse('sign_in_history')}\n")  # fmt: skip
    written = 0
    for address in to.values_list("mail_address", flat=True):
        try:
            written += EmailMessage("Signing in was closed after wrong passwords", text, to=[address]).send()
        except Exception as failure:  # whatever a mail server raises: the others are written to all the same
            log.error("a mail of a lockout could not be sent: %s", type(failure).__name__)
    return written
