"""The band that stays at the top of a participant's page: who it is, how things stand, how the casebook is signed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from capture.conduct import holds, signing, verification
from capture.conduct.panel import Marks, marks
from capture.participants.matrix import Row
from trial import protocol
from trial.models import Hold, Participant, SourceVerification
from trial.models.fields import in_a_sentence
from trial.rules.dates.partial_date import PartialDate, ages_on, shown

Entry = tuple[str, int]


@dataclass(frozen=True)
class Band:
    """standing: the course in a few words, the newest last. facts: group, age, sex and site. verified: entries of which
    the source data verification holds; to_verify: how many have changed since theirs.
    """

    standing: tuple[str, ...]
    facts: str
    signature: signing.Mark
    signature_url: str
    hold: str
    marks: Marks
    verified: frozenset[Entry]
    to_verify: int

    @property
    def signed(self) -> str:
        """How the casebook is signed, in words."""
        return self.signature.words or "Not signed"


def asked(participant: Participant) -> tuple[QuerySet[Hold], QuerySet[Any]]:
    """What the band reads of holds and of source data verification, to be read with what else the page asks."""
    return holds.above(participant), participant.verifications.standing().filter(field="")


def band(
    participant: Participant, row: Row, findings: Sequence[str], held: QuerySet[Hold], done: QuerySet[Any]
) -> Band:
    """The band of a participant. findings: what turned out about the registration, in words; held, done: `asked`."""
    hold, dropped = next(iter(held), None), verification.dropped(done)
    return Band(
        (*standing(row), *findings), _facts(participant), signing.marks([participant])[participant.pk],
        reverse("capture:signature", args=[participant.reference]),
        f"{hold.get_kind_display()} ({in_a_sentence(hold.get_scope_display())})" if hold else "",
        marks([participant]), _kept(done, dropped), len(dropped),
    )  # fmt: skip


def _kept(done: Iterable[SourceVerification], dropped: set[int]) -> frozenset[Entry]:
    return frozenset((each.form, each.row_id) for each in done if each.pk not in dropped)


def _facts(participant: Participant) -> str:
    """`Group A, carcinoid · 68 years at registration · male · NORTH`."""
    group = participant.group and f"Group {participant.group}, {protocol.group_named(participant.group).name.lower()}"
    sex = in_a_sentence(participant.get_sex_display())
    return " · ".join(filter(None, (group, _age(participant), sex, participant.site.code)))


def _age(participant: Participant) -> str:
    """In whole years at registration, before that at consent; a range where the birthday may lie on either side."""
    at, when = (participant.registered_on, "registration") if participant.registered_on else (
        participant.consented_on, "consent")  # fmt: skip
    if at is None or participant.born_on is None:
        return ""
    first, last = ages_on(participant.born_on, at)
    return f"{first if first == last else f'{first} or {last}'} years at {when}"


def standing(row: Row) -> list[str]:
    """What has happened to a registered participant, in order: treatment, progression, its end, death."""
    if row.evaluation is None:
        return []
    facts, progressed_on = row.evaluation.facts, row.evaluation.progressed_on
    ends: Mapping[str, date | PartialDate | None] = {
        "progression": progressed_on,
        "off treatment": facts.off_treatment.off_on if facts.off_treatment else None,
        "died": facts.death.died_on if facts.death else None,
    }
    said = [f"{what} {on if isinstance(on, PartialDate) else shown(on)}" for what, on in ends.items() if on is not None]
    said += ["off study" if each.kind == "off_study" else f"withdrew {shown(each.on)}" for each in facts.withdrawals]
    if not facts.cycles:
        return ["not treated", *said]
    newest = max(each.number for each in facts.cycles)
    return said if facts.off_treatment or facts.death else [f"cycle {newest}", *said]
