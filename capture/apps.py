"""The app through which people write to the record."""

from typing import Any

from django.apps import AppConfig

from trial import serving


class CaptureConfig(AppConfig):
    """Browser → record."""

    name = "capture"
    verbose_name = "Data capture"

    def ready(self) -> None:
        """When a process begins to serve pages, it begins to derive what is due, too."""
        serving.begins.connect(_warm, dispatch_uid="capture.participants.selectors")


def _warm(**_: Any) -> None:
    from capture.participants import selectors  # its models are loaded by then

    selectors.start()
