"""The copy of one casebook as a document: its cover, its forms, what stands about them, its whole trail in words."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from capture.copies import excerpt
from capture.copies.contents import conduct, forms
from capture.copies.contents import trail as acts
from trial import protocol
from trial.audit import verify
from trial.drawing.pdf import instant
from trial.drawing.sections import Block, Document, Facts, Section, Words
from trial.models import Change, Participant, Person, Role
from trial.runtime.program import PROGRAM

CERTIFIED = (
    "This certified copy contains every entry of this casebook, with struck-out entries, missing-value reasons, "
    "queries, source data verification, signatures and the whole audit trail. It shows the casebook as of the change "
    "named below. The program created it directly from the database."
)
HOW_TO_VERIFY = (
    "To verify this copy: 1. Unpack its ZIP file. 2. Run “python3 verify_copy.py”, which needs neither the product "
    "nor a network. It compares this file with the manifest, and every change with its seal. 3. Enter the printed "
    "hash of the manifest on the page “Verify a copy”. It shows who created the copy and whether the casebook "
    "changed afterwards."
)
TIMES = "Dates are written DD-MMM-YYYY. Times are UTC unless another offset is shown."


@dataclass(frozen=True)
class Making:
    """Who makes a copy when (None: at the command line), under which id, of the record up to which Change."""

    person: Person | None
    at: datetime
    copy_id: str
    head: verify.Head | None

    @classmethod
    def now(cls, person: Person | None) -> "Making":
        """Called inside the one moment that is copied."""
        newest = Change.objects.order_by("-id").first()
        head = verify.Head(newest.pk, bytes(newest.seal or b"").hex()) if newest else None
        return cls(person, timezone.now(), secrets.token_hex(6), head)

    @property
    def by(self) -> str:
        """Name and role."""
        if self.person is None:
            return "the command line of the machine"
        return f"{self.person.full_name}, {dict(Role.choices)[self.person.role]}"

    @property
    def change(self) -> int:
        """The newest Change that is in the copy."""
        return self.head.number if self.head else 0

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """The same in words, for a cover."""
        return (
            ("Copy", self.copy_id), ("Created", instant(self.at)), ("Created by", self.by),
            ("Created from", f"study data up to change {self.change}"), ("Latest seal", str(self.head or "no change")),
            ("Program", PROGRAM),
        )  # fmt: skip


def document(participant: Participant, making: Making, lines: list[excerpt.Line]) -> Document:
    """lines: the excerpt of the trail that goes with it."""
    shown = {line.change: line.shown for line in lines}
    sections = [*forms.sections(participant), *conduct.sections(participant)]
    trail = Section("Audit trail", (Words(f"{len(lines)} changes, oldest first.", "quiet"),
                                    *acts.acts(participant, shown)), (), "trail")  # fmt: skip
    foot = f"{participant.reference}, change {making.change}, copy {making.copy_id}"
    return Document(f"Casebook of {participant.reference}", protocol.STUDY_NAME, foot, _cover(participant, making),
                    (*sections, trail))  # fmt: skip


def _cover(participant: Participant, making: Making) -> tuple[Block, ...]:
    group = protocol.group_named(participant.group) if participant.group else None
    pairs = (
        ("Participant", participant.reference),
        ("Screening number", f"S-{participant.screening_number:04d}"),
        ("Site", str(participant.site)),
        ("Group", f"{group.code}, {group.name}" if group else "none"),
        *making.facts,
    )
    return (Words(CERTIFIED), Facts(pairs), Words(HOW_TO_VERIFY), Words(TIMES, "quiet"))
