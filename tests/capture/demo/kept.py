"""The demo cohort with its results, entered once a run and cloned by the tests that begin with it."""

from django.core.management import call_command

from analysis.results.recompute import recompute
from tests.plugin_postgres import kept_database


def demo_database(participants: int | None = None) -> str:
    """Name of the template that holds the whole cohort, or its first so many participants."""

    def fill(_: str) -> None:
        call_command("load_demo", participants=participants)
        for group in "AB":
            recompute(group)

    return kept_database(f"demo_{participants or 'whole'}", fill)
