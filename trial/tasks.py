"""What the worker runs for the record itself."""

from celery import shared_task


@shared_task(name="trial.verify_audit")
def verify_audit() -> bool:
    """Verifies the whole chain, each night by the clock; the result stands on the Status page. True when sound.

    The newest seals of a sound record are sent to where they are kept.
    """
    from trial.operations import noted_heads, sent_seals

    report = noted_heads.check()
    if report.first_break is not None:
        return False
    sent_seals.send(report)
    return True


@shared_task(name="trial.back_up")
def back_up() -> bool:
    """Each night by the clock: a backup, then the drill that restores it; both results stand on the Status page.

    True when both went well. Given twice, the second finds the first under way and leaves it alone.
    """
    from trial.operations.backups import nightly

    return nightly.back_up_and_drill()


@shared_task(name="trial.tell_of_lockout")
def tell_of_lockout(words: str) -> int:
    """Writes to the administrators that signing in was closed; how many mails went out."""
    from trial.accounts.security import lockouts

    return lockouts.write(words)
