"""The app through which people write to the record."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from trial.protocol import form_versions


class CaptureConfig(AppConfig):
    """Browser → record."""

    name = "capture"
    verbose_name = "Data capture"

    def ready(self) -> None:
        """Hands over the editions of the forms and what stands beside a field, and has due dates stored at the end of
        each Change."""
        from capture.casebook.registry import CASEBOOK  # its models are loaded by then
        from capture.participants import due_dates
        from capture.templatetags.field_help import beside_label
        from trial.drawing import form_layout
        from trial.record import changes

        form_versions.declare({form.kind: form.versions for form in CASEBOOK})
        changes.AT_THE_END[:] = [due_dates.renew_after]
        form_layout.BESIDE_LABEL[:] = [beside_label]
        post_migrate.connect(due_dates.after_migrate, sender=apps.get_app_config("trial"))
