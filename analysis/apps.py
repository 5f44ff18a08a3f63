"""Endpoints of the study: computed, stored, shown."""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    """Endpoints, their recomputation and the pages that show them."""

    name = "analysis"
    default_auto_field = "django.db.models.BigAutoField"
