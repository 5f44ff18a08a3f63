"""Corrects a registration: details and answers to the checklist; the group follows, and both groups are named."""

from collections.abc import Mapping
from dataclasses import asdict

from capture.casebook import history, lifetime, versions
from capture.entry import edit_conflict, moved
from capture.entry.services import acknowledgements
from capture.entry.services.registration import (
    CORRECTABLE,
    Answer,
    Details,
    _answers_of,
    _asked_again,
    _check_order,
    _group,
    _may_enter_at,
    _settled,
    details_of,
)
from trial import protocol
from trial.models import EligibilityAnswer, Participant
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

NO_REASON = "Enter a reason for the change."


def answers_of(participant: Participant) -> dict[str, Answer]:
    """Item → answer on record."""
    return _answers_of(participant)


def are_first(participant: Participant, corrections: Details, answers: Mapping[str, Answer]) -> bool:
    """Whether all of this is answered for the first time while the participant is being screened."""
    if participant.is_registered:
        return False
    before = _answers_of(participant)
    asked = all(getattr(participant, name) in (None, "") for name in corrections)
    # A value in place of a reason why it was missing is another answer.
    missing = any(getattr(participant, f"{name}_missing", "") for name in corrections)
    return asked and not missing and all(before.get(item, Answer()) == Answer() for item in answers)


def correct_participant(
    save: Save, participant: Participant, corrections: Details,
    answers: Mapping[str, Answer] | None = None,
) -> Participant:  # fmt: skip
    """Corrects details and answers (act correct); a corrected tumor type or histology names the old and new group.

    First answers while the participant is being screened are no correction (act enter) and need no reason.
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
    after = details_of(participant) | dict(corrections)
    groups = tuple(sorted({participant.group, _group(after).code} - {""}))
    if save.acknowledged is not None:
        save = acknowledgements.with_given(save, participant, "registration", participant)
    soft = _check_order(save, participant.site, after, participant.is_registered, participant, with_moves=True)
    if reasons := lifetime.dated_before(participant, corrections.get("born_on")):
        raise Refused(*reasons)
    act = "enter" if are_first(participant, corrections, answers or {}) else "correct"
    if act == "correct" and not save.reason.strip():
        raise Refused(NO_REASON, beside={NO_REASON: ("reason_code", NO_REASON)})
    before = moved.read(participant)
    with changes.record(save, act, participant=participant, site=participant.site, groups=groups):
        edit_conflict.stop_if_edited(history.rows_of(participant), save.opened_at)
        if participant.is_registered:
            soft = _asked_again(save, soft, after, participant)
        for name, value in corrections.items():
            setattr(participant, name, value)
        number = versions.number_of(participant.site_id, "registration", save.edition)
        versions.keep(participant, "registration", participant.site_id, number)
        participant.save(update_fields=[*corrections, "group", "form_edition"])
        participant.refresh_from_db()
        _write_answers(participant, answers or {})
        soft = moved.asked(before, participant, save.acknowledged, soft)
        acknowledgements.keep(participant, "registration", participant.pk, soft, save.acknowledged)
    return participant


def _write_answers(participant: Participant, corrected: Mapping[str, Answer]) -> None:
    before = _answers_of(participant)
    after = _settled(details_of(participant), {**before, **corrected})
    for item, answer in after.items():
        if before.get(item) != answer:
            EligibilityAnswer.objects.update_or_create(
                participant=participant, item=item, defaults=asdict(answer)
            )
