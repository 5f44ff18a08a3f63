"""The end of a screening without registration, and its being struck out when screening goes on after all."""

from datetime import date

from capture.entry.services.registration import _may_enter_at
from trial.models import Participant, ScreenFailure
from trial.protocol import code_lists
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import shown


def fail(save: Save, participant: Participant, failed_on: date, reason: str, comment: str) -> ScreenFailure:
    """Ends the screening (act enter) with a coded reason; raises Refused for a registered participant."""
    _may_enter_at(save.person, participant.site)
    if participant.is_registered:
        raise Refused(f"{participant} is registered. Record a registration issue instead.")
    if reason not in dict(code_lists.SCREEN_FAILURE_REASONS):
        raise Refused(f"“{reason}” is not a reason for screen failure.")
    if participant.consented_on is not None and failed_on < participant.consented_on:
        words = f"Screening must not end before consent on {shown(participant.consented_on)}."
        raise Refused(words, beside={words: ("failed_on", words)})
    if reason == "other" and not comment.strip():
        words = "“Other” needs a comment."
        raise Refused(words, beside={words: ("comment", words)})
    with changes.record(save, "enter", participant=participant, groups=(participant.group,)):
        if participant.screen_failures.standing().exists():
            raise Refused("A screen failure is already entered.")
        return participant.screen_failures.create(failed_on=failed_on, reason=reason, comment=comment.strip())


def resume(save: Save, failure: ScreenFailure) -> None:
    """Strikes the screen failure out with a reason (act strike_out), so that screening goes on."""
    participant = failure.participant
    _may_enter_at(save.person, participant.site)
    with changes.record(save, "strike_out", participant=participant, groups=(participant.group,)):
        current = ScreenFailure.objects.get(pk=failure.pk)
        if current.is_struck_out:
            raise Refused("This screen failure is already struck out.")
        current.struck_out_reason = save.reason
        current.save(update_fields=["struck_out_reason"])
