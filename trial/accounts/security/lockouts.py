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

from trial.accounts import outgoing_mail
from trial.models import Change, Person, Role, operations
from trial.record import changes
from trial.refused import Refused
from trial.runtime.worker import messages

log = logging.getLogger(__name__)
NAME = "lockout"
QUIET = timedelta(minutes=15)


@receiver(user_locked_out)
def tell(sender: Any, username: str = "", ip_address: str | None = None, **_: Any) -> None:
    """Notes it and asks the worker to write; nobody at the door waits for a mail server."""
    known = Person.objects.filter(username=username[:60]).values_list("username", flat=True).first()
    if known:
        put_on_record(f"sign-in blocked after wrong passwords: {known}")
    whose = f"the account {known}" if known else "an unknown username"
    before = operations.notes().get(NAME)
    if before is not None and datetime.now(UTC) - before.at < QUIET:
        return
    words = f"blocked after wrong passwords for {whose}, from {ip_address or 'an unknown address'}"
    operations.note(NAME, False, words)
    messages.send("trial.tell_of_lockout", words)


def put_on_record(words: str) -> None:
    """A Change of the system, once in a quarter of an hour for an account: nobody fills the trail by knocking."""
    since = datetime.now(UTC) - QUIET
    if Change.objects.filter(act="account", person=None, reason=words, at__gt=since).exists():
        return
    try:
        with changes.record(None, "account", words):
            pass
    except Refused:
        log.warning("a blocked sign-in is not in the audit trail, because the database was busy; it is in the "
                    "sign-in log")


def write(words: str) -> int:
    """One mail to each administrator in office who has an address; how many were written."""
    to = Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(mail_address="")
    text = (f"Sign-in was {words}.\n\nIt is unblocked automatically after 15 minutes. Sign-in log: "
            f"{settings.PUBLIC_ADDRESS}{reverse('sign_in_history')}\n")  # fmt: skip
    written = 0
    for address in to.values_list("mail_address", flat=True):
        message = EmailMessage("Sign-in was blocked after wrong passwords", text, to=[address])
        written += outgoing_mail.send(message, "an email about a blocked sign-in")
    return written
