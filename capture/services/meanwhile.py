"""Whether somebody saved an entry after its page was opened; asked again under the writers' lock."""

from collections.abc import Sequence

from django.db.models import Model

from capture import history


class EditedMeanwhile(Exception):
    """Somebody else saved this entry after it was opened; `entries` say what and who."""

    def __init__(self, entries: list[history.Entry]) -> None:
        super().__init__("Somebody changed this entry while it was open here.")
        self.entries = entries


def stop_if_edited(rows: Sequence[Model], opened_at: int | None) -> None:
    """Raises EditedMeanwhile when a Change after `opened_at` touched one of the rows; None asks nothing."""
    if opened_at is not None and (newer := history.since(rows, opened_at)):
        raise EditedMeanwhile(newer)
