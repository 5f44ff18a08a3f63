"""The newest seals, sent outside the machine by each night's sound verification: by email, and to be time-stamped.

A time stamp (RFC 3161) is an authority's signature that these seals existed at that time, whoever rules this machine
afterwards. Beside the backups lie `seals_TIME.txt`, which was stamped and is compared each night like every noted
seal, and `seals_TIME.tsr`, which `openssl ts -verify` reads without the product.
"""

import logging
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from trial import protocol
from trial.accounts import outgoing_mail
from trial.audit.verify import AuditReport
from trial.models import operations
from trial.operations.backups import nightly
from trial.refused import Refused

log = logging.getLogger(__name__)
NAME, STAMPED = "sent_seals", "seals_*.txt"
PATIENCE_SECONDS, LARGEST = 20, 1_000_000


def lines(report: AuditReport) -> list[str]:
    """`TIME changes N:SEAL` and `TIME access N:SEAL`, as they are noted and sent."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [f"{now} {of} {head}\n" for of, head in (("changes", report.head), ("access", report.access)) if head]


def send(report: AuditReport) -> None:
    """Sends what the settings name, and notes for System status how it went; nothing is raised."""
    text = "".join(lines(report))
    done = []
    if settings.SEALS_MAIL and text:
        message = EmailMessage(f"{protocol.STUDY_SHORT_NAME}: seals of the audit trail", text, to=[settings.SEALS_MAIL])
        done.append((outgoing_mail.send(message, "the email with the seals"), "email"))
    if settings.TSA["url"] and text:
        try:
            stamp(nightly.folder(), text)
            broken = [place.name for place in nightly.folder().glob(STAMPED) if not is_stamped(place)]
            told = (f"{each} is not what was stamped" for each in broken)
            done.append((not broken, ", but ".join(["time stamp", *told])))
        except (Refused, OSError, ValueError) as failure:
            log.error("the seals were not time-stamped: %s", type(failure).__name__)
            done.append((False, f"no time stamp ({failure})" if isinstance(failure, Refused) else "no time stamp"))
    if done:
        operations.note(NAME, all(good for good, _ in done), "; ".join(words for _, words in done))


def stamp(folder: Path, text: str) -> Path:
    """Writes the text and its time stamp into the folder. Raises Refused for a stamp that does not hold, OSError."""
    from rfc3161_client import TimestampRequestBuilder

    asked = TimestampRequestBuilder().data(text.encode()).build()
    headers = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(settings.TSA["url"], asked.as_bytes(), headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        found = answer.read(LARGEST)
    if not _holds(found, text.encode(), asked.nonce):
        raise Refused("the answer of the authority is not a valid time stamp")
    place = folder / f"seals_{datetime.now(UTC):%Y%m%dT%H%M%S%f}.txt"
    place.with_suffix(".tsr").write_bytes(found)
    place.write_text(text, encoding="ascii")
    return place


def is_stamped(place: Path) -> bool:
    """Whether the text is what its time stamp was made of."""
    try:
        return _holds(place.with_suffix(".tsr").read_bytes(), place.read_bytes(), None)
    except OSError:
        return False


def _holds(answer: bytes, text: bytes, nonce: int | None) -> bool:
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    roots = x509.load_pem_x509_certificates(Path(settings.TSA["roots"]).read_bytes())
    try:
        verifier = VerifierBuilder(roots=roots, nonce=nonce).build()
        return verifier.verify_message(decode_timestamp_response(answer), text)
    except (VerificationError, ValueError):
        return False
