"""The site's word that a value which proposes an adverse event is none, with its reason, kept in the record."""

from capture.proposals import NOT_AN_EVENT, Proposal
from trial import changes
from trial.models import Acknowledgement, Person

NEWER_VALUE = "the value or its grade changed since"


def say(person: Person, proposal: Proposal, because: str) -> None:
    """Holds for this very value and grade: once they change, the value proposes again."""
    participant, check = proposal.participant, NOT_AN_EVENT + proposal.analyte
    with changes.record(person, "enter", participant=participant, groups=(participant.group,)):
        earlier = Acknowledgement.objects.filter(
            participant=participant, check_id=check, form=proposal.form, row_id=proposal.row_id, struck_out_reason=""
        )
        for row in earlier:
            row.struck_out_reason = NEWER_VALUE
            row.save(update_fields=["struck_out_reason"])
        Acknowledgement.objects.create(
            participant=participant, check_id=check, form=proposal.form, row_id=proposal.row_id,
            words=proposal.words, because=because,
        )  # fmt: skip
