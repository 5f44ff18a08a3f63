"""Every email goes out here, so that System status tells when one could not be sent."""

import logging
import smtplib

from django.core.mail import EmailMessage

from trial.models import operations

log = logging.getLogger(__name__)
NAME = "mail"
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPNotSupportedError, "the mail server does not offer STARTTLS or signing in"),
    (smtplib.SMTPAuthenticationError, "the mail server refuses the name or password"),
    (smtplib.SMTPRecipientsRefused, "the mail server refuses the recipient"),
    (smtplib.SMTPSenderRefused, "the mail server refuses the sender"),
    (smtplib.SMTPException, "the mail server refuses the email"),
    (OSError, "the mail server does not answer"),
)


def send(message: EmailMessage, what: str) -> bool:
    """Whether it went out. what: a noun for the log and for System status; never a word of the email."""
    try:
        sent = bool(message.send())
    except Exception as failure:  # whatever a mail server raises
        why = next((words for kind, words in REASONS if isinstance(failure, kind)), type(failure).__name__)
        log.error("%s could not be sent: %s", what, type(failure).__name__)
        operations.note(NAME, False, f"{what} could not be sent: {why}")
        return False
    operations.note(NAME, True, f"{what} was sent")
    return sent
