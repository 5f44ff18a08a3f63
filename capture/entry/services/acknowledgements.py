"""Keeps what people said to the soft checks of an entry; called inside the Change that saves the entry."""

from collections.abc import Mapping
from dataclasses import replace

from django.db.models import Model

from capture.casebook import registry
from capture.casebook.checks import SOFT, Check, Facts
from capture.entry.moved import MOVES
from capture.grading.event_proposals import NOT_AN_EVENT
from trial.models import Acknowledgement, Participant
from trial.record import system_queries
from trial.record.rows import standing
from trial.record.save import Save

PASSES_NOW = "the value now passes the check"


def given(participant: Participant, form: str, row_id: int | None) -> dict[str, str]:
    """Check id → reason, as acknowledged for this entry before."""
    if row_id is None:
        return {}
    # What a correction moved is explained for that correction alone.
    rows = _standing(participant, form, row_id)
    return {each.check_id: each.because for each in rows if each.because and each.check_id != MOVES.id}


def with_given(save: Save, participant: Participant, form: str, row: Model | None) -> Save:
    """The save with the explanations that the entry has already; what is typed now comes before them."""
    before = given(participant, form, row.pk if row else None)
    return replace(save, acknowledged={**before, **(save.acknowledged or {})})


def settle(
    participant: Participant, form: str, row: Model | None, checks: tuple[Check, ...], facts: Facts,
    acknowledged: Mapping[str, str] | None, with_moves: bool = True,
) -> tuple[Check, ...]:  # fmt: skip
    """`checks.settle` of an entry (row: the one that is corrected); raises what it raises.

    with_moves: the soft checks of a correction are not asked here but with what it moves (`moved.asked`), in one round.

    A soft rule between two dates was asked of the entry that came last: a correction that leaves the date of this one
    as it is is not asked again, unless it was asked here.
    """
    before = facts["on_record"].before if row is not None else None
    if before is not None:
        asked = {each.check_id for each in _standing(participant, form, row.pk)} if row is not None else set()
        checks = tuple(
            replace(each, fails=_answered)
            if each.severity == SOFT and each.dates and each.id not in asked and each.dates(facts) == each.dates(before)
            else each for each in checks
        )  # fmt: skip
    return registry.settle(checks, facts, None if with_moves and row is not None else acknowledged)


def _answered(_: Facts) -> bool:
    """A check that the other entry answered."""
    return False


def keep(
    participant: Participant, form: str, row_id: int, soft: tuple[Check, ...], acknowledged: Mapping[str, str] | None,
    is_new: bool = False, only_moves: bool = False,
) -> None:  # fmt: skip
    """One row per soft check that fails, with its reason; rows of checks that pass again are struck out.

    is_new: the entry is of this Change, and nothing can have been said to it before. only_moves: `soft` is what a
    correction beside the entry moved; what was said to its own checks stays.

    A check that nobody looked at raises a query in the same Change, and so does one that is always queried; its query
    is answered or closed the same way.
    """
    rows = [] if is_new else _standing(participant, form, row_id)
    before = {row.check_id: row for row in rows if row.check_id == MOVES.id or not only_moves}
    _strike_out(before.pop(MOVES.id, None))
    for check in soft:
        because = (acknowledged or {}).get(check.id, "").strip()
        row = before.pop(check.id, None)
        if row is None:
            row = Acknowledgement.objects.create(
                participant=participant, check_id=check.id, form=form, row_id=row_id, words=check.words,
                because=because,
            )  # fmt: skip
            if check.queried or not because:
                system_queries.ask_after_check(row, check.field, check.asked_of)
        elif because and row.because != because:
            row.because = because
            row.save(update_fields=["because"])
            system_queries.after_check(row)
    for row in before.values():
        _strike_out(row)


def _strike_out(row: Acknowledgement | None) -> None:
    if row is not None:
        row.struck_out_reason = PASSES_NOW
        row.save(update_fields=["struck_out_reason"])
        system_queries.after_check(row)


def _standing(participant: Participant, form: str, row_id: int) -> list[Acknowledgement]:
    """The acknowledgements of checks; that a value is no adverse event is said elsewhere and outlives a save."""
    return [each for each in standing(participant, Acknowledgement)
            if (each.form, each.row_id) == (form, row_id) and not each.check_id.startswith(NOT_AN_EVENT)]  # fmt: skip
