"""Endpoints of the study: computed, stored, shown."""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    """Endpoints, their recomputation and the pages that show them."""

    name = "analysis"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A stored result names the Change it was computed at: one that is gone is missed by it."""
        from trial.audit.verify import NAMED_BY

        NAMED_BY["a stored result"] = "SELECT max(holds_to) FROM analysis_groupresult"
