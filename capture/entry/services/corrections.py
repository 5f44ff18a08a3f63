"""Corrects a registration: details and answers to the checklist; the group follows, and both groups are named."""

from collections.abc import Mapping

from capture.casebook import history, lifetime, versions
from capture.entry import edit_conflict, moved
from capture.entry.services import acknowledgements
from capture.entry.services.registration import (
    CORRECTABLE,
    Answer,
    Details,
    _answers_of,
    _check_order,
    _details_of,
    _group,
    _may_enter_at,
)
from trial import protocol
from trial.models import EligibilityAnswer, Participant
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.eligibility import with_derived


def answers_of(participant: Participant) -> dict[str, Answer]:
    """Item → answer on record."""
    return _answers_of(participant)


def correct_participant(
    save: Save, participant: Participant, corrections: Details,
    answers: Mapping[str, Answer] | None = None,
) -> Participant:  # fmt: skip
    """Corrects details and answers (act correct); a corrected tumor type or histology names the old and new group.

    answers: item → corrected answer, for those that differ. Laboratory items are derived anew, since the liver decides
    on the limit of AST. Raises Refused, among it SecondLook and EditedMeanwhile.
    """
    _may_enter_at(save.person, participant.site)
    unknown = sorted(set(corrections) - set(CORRECTABLE)) + sorted(
        set(answers or {}) - {item.code for item in protocol.ELIGIBILITY}
    )
    if unknown:
        raise Refused(f"These cannot be corrected: {', '.join(unknown)}.")
    if not corrections and not answers:
        raise Refused("Nothing was changed.")
    after = _details_of(participant) | dict(corrections)
    groups = tuple(sorted({participant.group, _group(after).code} - {""}))
    soft = _check_order(save, participant.site, after, participant.is_registered, participant)
    if reasons := lifetime.dated_before(participant, corrections.get("born_on")):
        raise Refused(*reasons)
    before = moved.read(participant)
    with changes.record(save, "correct", participant=participant, site=participant.site, groups=groups):
        edit_conflict.stop_if_edited(history.rows_of(participant), save.opened_at)
        for name, value in corrections.items():
            setattr(participant, name, value)
        number = versions.number_of(participant.site_id, "registration", save.edition)
        versions.keep(participant, "registration", participant.site_id, number)
        participant.save(update_fields=[*corrections, "group", "form_edition"])
        participant.refresh_from_db()
        _write_answers(participant, answers or {})
        soft += moved.asked(before, participant, save.acknowledged)
        acknowledgements.keep(participant, "registration", participant.pk, soft, save.acknowledged)
    return participant


def _write_answers(participant: Participant, corrected: Mapping[str, Answer]) -> None:
    before = _answers_of(participant)
    after = with_derived({**before, **corrected}, "liver" in participant.metastatic_sites.lower())
    for item, answer in after.items():
        if before.get(item) != answer:
            EligibilityAnswer.objects.update_or_create(
                participant=participant, item=item,
                defaults={"met": answer.met, "value": answer.value, "measured_on": answer.measured_on},
            )  # fmt: skip
