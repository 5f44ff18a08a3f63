"""The protocol and the record."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TrialConfig(AppConfig):
    """What the protocol says and what is on record."""

    name = "trial"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every Django process, commands too, knows the queue a save wakes."""
        from trial.celery import celery_app

        celery_app.set_default()
        from trial.accounts.security import lockouts  # noqa: F401  it hears of lockouts by a signal
        from trial.audit import triggers_check  # its check of the database registers itself
        from trial.record.in_force import refuse_to_start

        post_migrate.connect(triggers_check.after_migrate, sender=self)
        post_migrate.connect(refuse_to_start, sender=self)
