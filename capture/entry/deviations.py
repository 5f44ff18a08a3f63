"""Protocol deviations that entries propose: a check of the protocol failed on them, and they were saved all the same.

Nothing is created: the proposal opens the deviation form filled, and is gone once a deviation of its kind and day is
entered.
"""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from capture.casebook.registry import CHECKS, FORMS
from trial.models import Acknowledgement, Participant

KINDS = {check.id: check.deviation for checks in CHECKS.values() for check in checks if check.deviation}


@dataclass(frozen=True)
class Proposed:
    """A deviation to enter; because: what the site said to the check (empty: nothing yet)."""

    participant: Participant
    id: int
    form: str
    row_id: int
    happened_on: date
    kind: str
    words: str
    because: str

    @property
    def record_url(self) -> str:
        """The deviation form, filled with what the check says."""
        return f"{reverse('capture:entry_new', args=[self.participant.reference, 'deviation'])}?proposal={self.id}"

    @property
    def values(self) -> dict[str, object]:
        """Field → first value of the deviation form."""
        said = f" {self.because}" if self.because else ""
        return {"happened_on": self.happened_on, "kind": self.kind, "description": f"{self.words}{said}"}


def proposed(participant: Participant, form: str = "", row_id: int | None = None) -> list[Proposed]:
    """What waits for the site, of one entry or (form empty) of the whole casebook."""
    rows = participant.acknowledgements.standing().filter(check_id__in=KINDS)
    rows = rows.filter(form=form, row_id=row_id) if form else rows
    found = [each for each in map(_of, rows) if each is not None]
    entered = set(participant.deviations.standing().values_list("happened_on", "kind")) if found else set()
    return [each for each in found if (each.happened_on, each.kind) not in entered]


def _of(row: Acknowledgement) -> Proposed | None:
    form = FORMS[row.form]
    entry = form.model.objects.standing().filter(pk=row.row_id).first()
    if entry is None:
        return None
    return Proposed(
        row.participant, row.pk, row.form, row.row_id, getattr(entry, form.dated_by), KINDS[row.check_id], row.words,
        row.because,
    )  # fmt: skip
