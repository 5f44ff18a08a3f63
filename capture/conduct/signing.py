"""The investigator's signature of a casebook: bound to the versions signed, stale once one is replaced."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from capture.casebook import labels
from trial.audit.casebook_versions import CasebookVersion, casebook, hashes_of
from trial.audit.holds import outside_the_casebook
from trial.models import Change, Participant, Signature
from trial.record import access, changes, site_clock
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import shown

MEANING = (
    "I have reviewed this casebook. Its entries were made by me or by people I delegated, and to the best of my "
    "knowledge they are accurate, complete and agree with the source."
)
SIGNED, UNSIGNED, CHANGED = "signed", "unsigned", "changed"


@dataclass(frozen=True)
class Item:
    """One entry of the casebook in a signature: its place, how many rows it has, and its newest Change."""

    place: labels.Place
    form: str
    entry: int | None
    rows: int
    change: int


@dataclass(frozen=True)
class Standing:
    """A casebook as it stands against its newest signature; `items` are all entries, or those changed since."""

    state: str
    signature: Signature | None
    versions: tuple[CasebookVersion, ...]
    items: tuple[Item, ...]
    content_hash: str


def standing(participant: Participant) -> Standing:
    """Compares the casebook row by row with the newest signature."""
    versions = casebook(participant.pk)
    signature = participant.signatures.standing().select_related("signed_by").last()
    known = set(signature.versions) if signature else set()
    fresh = [each for each in versions if each.id not in known]
    state = UNSIGNED if signature is None else CHANGED if fresh else SIGNED
    shown = versions if state == SIGNED else fresh
    return Standing(state, signature, tuple(versions), _items(participant, shown), content_hash(participant, versions))


def content_hash(participant: Participant, versions: Iterable[CasebookVersion]) -> str:
    """SHA-256 in hex over the participant and every version: on another casebook it does not fit."""
    return _hash(participant.pk, [(each.id, each.hash) for each in versions])


def _hash(participant_id: int, versions: Sequence[tuple[int, str]]) -> str:
    lines = [f"participant {participant_id}", *(f"{key}:{digest}" for key, digest in sorted(versions))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def is_bound(signature: Signature) -> bool:
    """Whether the versions it lists are still, byte for byte, what was signed, and its head is in the chain."""
    stored = hashes_of(signature.versions)
    head = Change.objects.filter(pk=signature.at_change - 1).values_list("seal", flat=True).first()
    whole = len(stored) == len(signature.versions)
    return whole and _hash(signature.participant_id, stored) == signature.content_hash and (
        bytes(head or b"").hex() == signature.head_seal
    )  # fmt: skip


def sign(save: Save, participant: Participant, seen: str) -> Signature:
    """Signs the casebook that the page showed (`seen`: its content hash); signing the same twice is one signature.

    The caller has asked for the password. Raises Refused.
    """
    if not access.may_sign(save.person, participant.site, site_clock.today_at(participant.site)):
        raise Refused(f"Only an investigator with a signing delegation for site {participant.site.code} can sign its "
                      "casebooks.")
    before = participant.signatures.standing().filter(content_hash=seen).first()
    if before is not None and standing(participant).content_hash == seen:
        return before
    with changes.record(save, "sign", MEANING, participant=participant) as change:
        # Read under the writers' lock: what is signed is what stands at this Change.
        versions = casebook(participant.pk)
        current = content_hash(participant, versions)
        twin = participant.signatures.standing().filter(content_hash=current).first()
        if twin is not None:
            raise Refused("This casebook is already signed.")
        if current != seen:
            raise Refused("The casebook was changed while this page was open. Check the changes, then sign.")
        previous = Change.objects.get(pk=change.number).previous_seal
        return Signature.objects.create(
            participant=participant, signed_by=save.person, printed_name=save.person.full_name, signed_at=change.at,
            meaning=MEANING, at_change=change.number, head_seal=bytes(previous or b"").hex(), content_hash=current,
            versions=[each.id for each in versions],
        )  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """How a casebook stands for lists: by whom and on which day at the site it was signed, and changes since."""

    by: str = ""
    on: date | None = None
    changes_since: int = 0

    @property
    def state(self) -> str:
        """Signed, changed or unsigned."""
        return UNSIGNED if self.on is None else CHANGED if self.changes_since else SIGNED

    @property
    def words(self) -> str:
        """`Signed by Dr Ines North 30-NOV-2026`, and how many changes came after; empty before the first signature."""
        if self.on is None:
            return ""
        since = f", {self.changes_since} change{'s' if self.changes_since > 1 else ''} since"
        return f"Signed by {self.by} {shown(self.on)}{since if self.changes_since else ''}"


def marks(participants: Sequence[Participant]) -> dict[int, Mark]:
    """Participant id → mark, in one query however many: for lists and pages."""
    outside = list(outside_the_casebook())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (s.participant_id) s.participant_id, s.printed_name, s.signed_at,
                (SELECT count(*) FROM trial_change c WHERE c.participant_id = s.participant_id AND c.id > s.at_change
                AND EXISTS (SELECT FROM trial_version v WHERE v.change_id = c.id AND v.table_name <> ALL(%s)))
            FROM trial_signature s WHERE s.participant_id = ANY(%s) AND s.struck_out_reason = ''
            ORDER BY s.participant_id, s.id DESC""",
            [outside, [each.pk for each in participants]],
        )
        rows = {key: signed for key, *signed in cursor.fetchall()}
    found = {each.pk: Mark() for each in participants}
    for each in participants:
        if each.pk in rows:
            by, at, changes_since = rows[each.pk]
            found[each.pk] = Mark(by, at.astimezone(site_clock.zone_of(each.site)).date(), changes_since)
    return found


def states(participants: Sequence[Participant]) -> dict[int, str]:
    """Participant id → signed, changed or unsigned."""
    return {key: mark.state for key, mark in marks(participants).items()}


def _items(participant: Participant, versions: Sequence[CasebookVersion]) -> tuple[Item, ...]:
    by_entry: dict[tuple[str, int | None], list[CasebookVersion]] = {}
    for each in versions:
        by_entry.setdefault((each.form, each.entry), []).append(each)
    named = labels.places(labels.Entry(participant, form, entry) for form, entry in by_entry)
    return tuple(
        Item(named[key], *key, len(rows), max(each.change for each in rows)) for key, rows in sorted(
            by_entry.items(), key=lambda pair: min(each.id for each in pair[1]))
    )  # fmt: skip
