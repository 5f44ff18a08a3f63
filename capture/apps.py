"""The app through which people write to the record."""

from django.apps import AppConfig


class CaptureConfig(AppConfig):
    """Browser → record."""

    name = "capture"
    verbose_name = "Data capture"
