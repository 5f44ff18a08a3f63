"""The app through which people write to the record."""

from typing import Any

from django.apps import AppConfig

from trial import serving
from trial.protocol import form_versions


class CaptureConfig(AppConfig):
    """Browser → record."""

    name = "capture"
    verbose_name = "Data capture"

    def ready(self) -> None:
        """Hands over the editions of the forms; a process that serves pages begins to derive what is due, too."""
        from capture.casebook.registry import CASEBOOK  # its models are loaded by then

        form_versions.declare({form.kind: form.versions for form in CASEBOOK})
        serving.begins.connect(_warm, dispatch_uid="capture.participants.selectors")


def _warm(**_: Any) -> None:
    from capture.participants import selectors  # its models are loaded by then

    selectors.start()
